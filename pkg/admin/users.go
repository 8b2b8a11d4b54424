package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
)

// Service manages users, their bindings and sessions, and roles. It notes what it does as a login.Event in
// the context's login.Trail.
type Service struct {
	Store  login.AdminStore
	Hasher login.Hasher
	// MaxHashKinds is how many kinds of password hashes may be stored besides Hasher's own. Import refuses
	// more.
	MaxHashKinds int
	// WeakHashes lets Import take hashes that Hasher calls too weak. The first login replaces each.
	WeakHashes bool
	// Username and PasswordPolicy are as in login.Config.
	Username       func(raw string) (string, error)
	PasswordPolicy func(password login.Hidden, username string) error
	// Secret reads the operator's secret, whose index key users are found by. It is called only for what needs that. nil means
	// that there is none.
	Secret func(context.Context) (*login.Secret, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// indexing is Secret's, once it has proved to be the one that the store is used with.
	indexing *login.Secret
}

// NewUser is a user as an administrator enters them.
type NewUser struct {
	Username string
	// Name is stored without the blanks around it (login.Trim). If nothing is left, the username is used.
	Name     string
	Password login.Hidden
	// TemporaryFor, if not 0, is how long the password works. The user must replace it when they bind. It is
	// at most login.TemporaryLife.
	TemporaryFor time.Duration
	Roles        []string
	// Phone is a number in any form that login.ParsePhone takes; "" for none. WeChat has not confirmed it.
	Phone string
}

const (
	maxName  = 128
	listPage = 100
)

// What an administrator entered wrongly.
var (
	ErrNameTooLong     = fmt.Errorf("a name must have at most %d bytes", maxName)
	ErrNameInvalid     = errors.New("a name must be UTF-8 without control characters")
	ErrTooManyRoles    = fmt.Errorf("a user can have at most %d roles", login.MaxRoles)
	ErrRoleNotFound    = errors.New("no such role")
	ErrPasswordNotHere = errors.New("the platform's directory keeps this user's password")
	ErrNoUsername      = errors.New("the user registered by themselves and has no username to log in with: they choose one, " +
		"with a first password, in the mini-program (POST /mobileApi/user/password)")
	ErrTemporaryFor = fmt.Errorf("a temporary password must work for more than 0 and at most %v", login.TemporaryLife)
)

// Add stores a new user.
//
// Errors: UsernameMissing, UsernameInvalid, ErrNameTooLong, ErrNameInvalid, ErrTooManyRoles,
// ErrRoleNotFound, ErrTemporaryFor; ErrUsernameTaken, as a *SameNameError if n has the username in another form than
// it is stored in; those of PasswordPolicy; of a phone number those of SetPhone; ErrRoleGone when the user was stored, and a role
// deleted at the same time.
func (s *Service) Add(ctx context.Context, n NewUser) (login.User, error) {
	u, err := s.newUser(n)
	if err != nil {
		return login.User{}, err
	}
	if err := s.PasswordPolicy(n.Password, u.Username); err != nil {
		return login.User{}, err
	}
	if err := s.checkRoles(ctx, u.Roles); err != nil {
		return login.User{}, err
	}
	if u.Phone, err = s.Phone(ctx, n.Phone); err != nil {
		return login.User{}, err
	}
	u.ID = login.NewID()
	p, err := s.newPassword(ctx, n.Password, n.TemporaryFor)
	if err != nil {
		return login.User{}, err
	}
	u.PasswordID = p.ID
	err = s.Store.AddUser(ctx, u, p)
	if errors.Is(err, login.ErrUsernameTaken) {
		return login.User{}, sameName(n.Username, u.Username, login.ErrUsernameTaken)
	}
	if errors.Is(err, login.ErrPhoneTaken) {
		return login.User{}, s.phoneTaken(ctx, u.Phone)
	}
	if err != nil {
		return login.User{}, err
	}
	login.TrailOf(ctx).Phone = u.Phone.Logged()
	noteUser(ctx, u.ID, login.EventUserAdd)
	return u, s.stillThere(ctx, u.Roles)
}

// newUser makes a user of n. The user has no id and no password yet.
//
// Errors: UsernameMissing, UsernameInvalid, ErrNameTooLong, ErrNameInvalid, ErrTooManyRoles.
func (s *Service) newUser(n NewUser) (login.User, error) {
	username, err := s.Username(n.Username)
	if err != nil {
		return login.User{}, err
	}
	name := login.Trim(n.Name)
	if err := checkName(name); err != nil {
		return login.User{}, err
	}
	roles := slices.Compact(slices.Sorted(slices.Values(n.Roles)))
	if len(roles) > login.MaxRoles {
		return login.User{}, ErrTooManyRoles
	}
	u := login.User{Username: username, Name: cmp.Or(name, username), Roles: roles, Epoch: login.NewID(), CreatedAt: login.Clock(s.Now), Apps: map[string]login.UserApp{}}
	return u, nil
}

// newPassword makes a password that is temporary unless life is 0.
//
// Errors: ErrTemporaryFor; those of the hasher.
func (s *Service) newPassword(ctx context.Context, password login.Hidden, life time.Duration) (login.Password, error) {
	if life < 0 || life > login.TemporaryLife {
		return login.Password{}, ErrTemporaryFor
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return login.Password{}, err
	}
	p := login.NewPassword(hash)
	if life > 0 {
		p.TemporaryUntil = login.Clock(s.Now).Add(life)
	}
	return p, nil
}

// SetPassword gives a user a new password and ends the user's sessions.
//
// Errors: those of SetTemporaryPassword.
func (s *Service) SetPassword(ctx context.Context, username string, password login.Hidden) error {
	return s.SetTemporaryPassword(ctx, username, password, 0)
}

// SetTemporaryPassword gives a user a new password and ends the user's sessions. The user must replace the
// password within life, which is at most login.TemporaryLife. 0 means that the user may keep it.
//
// Errors: those of User; ErrPasswordNotHere for a directory's user; ErrNoUsername for one who has registered and chosen none;
// ErrTemporaryFor; those of PasswordPolicy;
// ErrPasswordChanged when it was changed at the same time.
func (s *Service) SetTemporaryPassword(ctx context.Context, username string, password login.Hidden, life time.Duration) error {
	u, err := s.User(ctx, username)
	if err != nil {
		return err
	}
	switch { // a password here would open nothing, yet look like a change
	case inDirectory(u):
		return ErrPasswordNotHere
	case u.PasswordID == "":
		return ErrNoUsername
	}
	if err := s.PasswordPolicy(password, u.Username); err != nil {
		return err
	}
	p, err := s.newPassword(ctx, password, life)
	if err != nil {
		return err
	}
	if err := s.Store.ReplacePassword(ctx, u.ID, u.PasswordID, p, login.NewID()); err != nil {
		return err
	}
	noteUser(ctx, u.ID, login.EventPasswordSet)
	return nil
}

// Disable disables a user: the user cannot log in, and all sessions end for good.
//
// Errors: those of User.
func (s *Service) Disable(ctx context.Context, username string) error {
	return s.endSessions(ctx, username, s.Store.DisableUser, login.EventUserDisable)
}

// Enable lets a disabled user log in again.
//
// Errors: those of User.
func (s *Service) Enable(ctx context.Context, username string) error {
	id, err := s.find(ctx, username)
	if err != nil {
		return err
	}
	if err := s.Store.EnableUser(ctx, id); err != nil {
		return err
	}
	noteUser(ctx, id, login.EventUserEnable)
	return nil
}

// Delete deletes a user and everything that names them, as login.Remove does.
//
// Errors: those of User.
func (s *Service) Delete(ctx context.Context, username string) error {
	u, err := s.User(ctx, username)
	if err != nil {
		return err
	}
	return login.Remove(ctx, s.Store, u)
}

// noteUser notes what was done to a user.
func noteUser(ctx context.Context, userID string, e login.Event) {
	trail := login.TrailOf(ctx)
	trail.UserID = userID
	trail.Note(e)
}

func checkName(name string) error {
	if len(name) > maxName {
		return ErrNameTooLong
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return ErrNameInvalid
	}
	return nil
}
