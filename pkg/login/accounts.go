package login

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Accounts is what an administrator does to users and roles.
type Accounts struct {
	Users     Users
	Admin     UserAdmin
	Roster    Roster
	Bindings  Bindings
	Sessions  Sessions
	HashKinds HashKinds
	Hasher    Hasher
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
	ErrTooManyRoles     = fmt.Errorf("a user has at most %d roles", MaxRoles)
	ErrRoleNotFound     = errors.New("no such role")
)

// Add stores a new user.
//
// Errors: UsernameMissing, UsernameInvalid, PasswordMissing, PasswordInvalid,
// ErrPasswordTooShort, ErrNameTooLong, ErrTooManyRoles, ErrRoleNotFound,
// ErrUsernameTaken.
func (a *Accounts) Add(ctx context.Context, n NewUser) (User, error) {
	username, err := a.Username(n.Username)
	if err != nil {
		return User{}, err
	}
	if err := checkNewPassword(n.Password); err != nil {
		return User{}, err
	}
	if len(n.Name) > maxName {
		return User{}, ErrNameTooLong
	}
	roles := slices.Compact(slices.Sorted(slices.Values(n.Roles)))
	if err := a.checkRoles(ctx, roles); err != nil {
		return User{}, err
	}
	hash, err := a.Hasher.Hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	u := User{
		ID: newID(), Username: username, Name: n.Name, PasswordHash: hash, Roles: roles,
		CreatedAt: a.clock(), Apps: map[string]UserApp{},
	}
	if u.Name == "" {
		u.Name = username
	}
	return u, a.Roster.AddUser(ctx, u)
}

// SetPassword gives a user a new password and ends the user's sessions.
//
// Errors: UsernameInvalid, ErrUserNotFound, PasswordMissing, PasswordInvalid,
// ErrPasswordTooShort, ErrPasswordChanged.
func (a *Accounts) SetPassword(ctx context.Context, username string, password Hidden) error {
	if err := checkNewPassword(password); err != nil {
		return err
	}
	id, err := a.find(ctx, username)
	if err != nil {
		return err
	}
	u, err := a.Users.UserByID(ctx, id)
	if err != nil {
		return err
	}
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return a.Admin.ReplacePassword(ctx, id, u.PasswordHash, hash, a.clock())
}

// Disable keeps a user out, and ends the user's sessions for good.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) Disable(ctx context.Context, username string) error {
	id, err := a.find(ctx, username)
	if err != nil {
		return err
	}
	return a.Admin.DisableUser(ctx, id, a.clock())
}

// Enable lets a disabled user in again.
//
// Errors: UsernameInvalid, ErrUserNotFound.
func (a *Accounts) Enable(ctx context.Context, username string) error {
	id, err := a.find(ctx, username)
	if err != nil {
		return err
	}
	return a.Admin.EnableUser(ctx, id)
}

// All lists the users, reading page after page as the caller goes on.
func (a *Accounts) All(ctx context.Context) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for after := ""; ; {
			page, err := a.Roster.ListUsers(ctx, after, listPage)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, u := range page {
				if !yield(u, nil) {
					return
				}
				after = u.ID
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// SetRoles stores roles, each replacing one of the same name. It looks at all of
// them before it stores the first.
//
// Errors: one that says what is wrong with a role.
func (a *Accounts) SetRoles(ctx context.Context, roles []Role) error {
	for _, r := range roles {
		if err := r.validate(); err != nil {
			return fmt.Errorf("role %q: %w", r.Name, err)
		}
	}
	for _, r := range roles {
		if err := a.Roster.PutRole(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (a *Accounts) find(ctx context.Context, username string) (string, error) {
	folded, err := a.Username(username)
	if err != nil {
		return "", err
	}
	return a.Users.UserIDByName(ctx, folded)
}

func (a *Accounts) checkRoles(ctx context.Context, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	if len(roles) > MaxRoles {
		return ErrTooManyRoles
	}
	have, err := a.Users.MenusByRole(ctx, roles)
	if err != nil {
		return err
	}
	for _, role := range roles {
		if _, ok := have[role]; !ok {
			return fmt.Errorf("%w: %q", ErrRoleNotFound, role)
		}
	}
	return nil
}

func (a *Accounts) clock() time.Time { return clockOf(a.Now) }

func checkNewPassword(p Hidden) error {
	if err := checkPassword(p); err != nil {
		return err
	}
	if len(p) < minNewPassword {
		return ErrPasswordTooShort
	}
	return nil
}
