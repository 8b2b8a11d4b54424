package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Accounts is what an administrator does to users, their bindings and sessions,
// and roles. What it does it notes as an Event in the context's Trail.
type Accounts struct {
	Store  AdminStore
	Hasher Hasher
	// MaxHashKinds is how many kinds of hashes Import brings beside Hasher's own.
	MaxHashKinds int
	// Username is as in Config.
	Username func(raw string) (string, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// NewUser is a user as an administrator enters it.
type NewUser struct {
	Username string
	// Name may be "": then it is the username.
	Name     string
	Password Hidden
	Roles    []string
}

const (
	// minNewPassword is the shortest password accepted for a user, in bytes (NIST
	// SP 800-63B, 3.1.1).
	minNewPassword = 8
	maxName        = 128
	listPage       = 100
)

// What an administrator entered wrongly.
var (
	ErrPasswordTooShort = fmt.Errorf("a password has at least %d bytes", minNewPassword)
	ErrNameTooLong      = fmt.Errorf("a name has at most %d bytes", maxName)
	ErrNameInvalid      = errors.New("a name is UTF-8 without control characters")
	ErrTooManyRoles     = fmt.Errorf("a user has at most %d roles", MaxRoles)
	ErrRoleNotFound     = errors.New("no such role")
	ErrPasswordNotHere  = errors.New("the platform's directory keeps this user's password")
)

// Add stores a new user.
//
// Errors: UsernameMissing, UsernameInvalid, PasswordMissing, PasswordInvalid,
// ErrPasswordTooShort, ErrNameTooLong, ErrNameInvalid, ErrTooManyRoles,
// ErrRoleNotFound, ErrUsernameTaken.
func (a *Accounts) Add(ctx context.Context, n NewUser) (User, error) {
	u, err := a.newUser(n)
	if err != nil {
		return User{}, err
	}
	if err := checkNewPassword(n.Password); err != nil {
		return User{}, err
	}
	if err := a.checkRoles(ctx, u.Roles); err != nil {
		return User{}, err
	}
	u.ID = newID()
	if u.PasswordHash, err = a.Hasher.Hash(ctx, n.Password); err != nil {
		return User{}, err
	}
	if err := a.Store.AddUser(ctx, u); err != nil {
		return User{}, err
	}
	noteUser(ctx, u.ID, EventUserAdd)
	return u, nil
}

// newUser is n as a user who has no id and no password yet.
func (a *Accounts) newUser(n NewUser) (User, error) {
	username, err := a.Username(n.Username)
	if err != nil {
		return User{}, err
	}
	if err := checkName(n.Name); err != nil {
		return User{}, err
	}
	roles := slices.Compact(slices.Sorted(slices.Values(n.Roles)))
	if len(roles) > MaxRoles {
		return User{}, ErrTooManyRoles
	}
	u := User{Username: username, Name: n.Name, Roles: roles, CreatedAt: clockOf(a.Now), Apps: map[string]UserApp{}}
	if u.Name == "" {
		u.Name = username
	}
	return u, nil
}

// SetPassword gives a user a new password and ends the user's sessions.
//
// Errors: UsernameInvalid, ErrUserNotFound, PasswordMissing, PasswordInvalid,
// ErrPasswordTooShort, ErrPasswordNotHere, ErrPasswordChanged.
func (a *Accounts) SetPassword(ctx context.Context, username string, password Hidden) error {
	if err := checkNewPassword(password); err != nil {
		return err
	}
	u, err := a.User(ctx, username)
	if err != nil {
		return err
	}
	if u.PasswordHash == "" { // it would open nothing, and look like a change
		return ErrPasswordNotHere
	}
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	notBefore, err := a.afterSessions(ctx, u.ID)
	if err != nil {
		return err
	}
	if err := a.Store.ReplacePassword(ctx, u.ID, u.PasswordHash, hash, notBefore); err != nil {
		return err
	}
	noteUser(ctx, u.ID, EventPasswordSet)
	return nil
}

// Disable keeps a user out, and ends the user's sessions for good.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) Disable(ctx context.Context, username string) error {
	return a.endSessions(ctx, username, a.Store.DisableUser, EventUserDisable)
}

// Enable lets a disabled user in again.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) Enable(ctx context.Context, username string) error {
	id, err := a.find(ctx, username)
	if err != nil {
		return err
	}
	if err := a.Store.EnableUser(ctx, id); err != nil {
		return err
	}
	noteUser(ctx, id, EventUserEnable)
	return nil
}

// Delete removes a user with everything that names them, as Service.Delete does.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) Delete(ctx context.Context, username string) error {
	u, err := a.User(ctx, username)
	if err != nil {
		return err
	}
	return removal{a.Store}.remove(ctx, u, "")
}

// noteUser notes what was done to a user.
func noteUser(ctx context.Context, userID string, e Event) {
	trail := trailOf(ctx)
	trail.UserID = userID
	trail.note(e)
}

func checkNewPassword(p Hidden) error {
	if err := checkPassword(p); err != nil {
		return err
	}
	if len(p) < minNewPassword {
		return ErrPasswordTooShort
	}
	return nil
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
