package admin

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// Why an administrator cannot change a user.
var (
	ErrProfileNotHere = errors.New("the platform's directory keeps this user's name and roles")
	ErrRoleGone       = errors.New("a role of the user was deleted at the same time: give them others")
)

// Set changes a user's name and roles, as Add takes them. What c leaves nil stays. The sessions go on: their next request
// finds the change.
//
// Errors: those of User; ErrProfileNotHere, ErrNameTooLong, ErrNameInvalid, ErrTooManyRoles, ErrRoleNotFound; ErrRoleGone when
// the user was changed, and a role deleted at the same time.
func (s *Service) Set(ctx context.Context, username string, c login.UserChange) (login.User, error) {
	u, err := s.User(ctx, username)
	if err != nil {
		return login.User{}, err
	}
	if inDirectory(u) {
		return login.User{}, ErrProfileNotHere
	}
	if c.Name != nil {
		name := login.Trim(*c.Name)
		if err := checkName(name); err != nil {
			return login.User{}, err
		}
		u.Name = cmp.Or(name, u.Username)
		c.Name = &u.Name
	}
	if c.Roles != nil {
		u.Roles = slices.Compact(slices.Sorted(slices.Values(*c.Roles)))
		if len(u.Roles) > login.MaxRoles {
			return login.User{}, ErrTooManyRoles
		}
		if err := s.checkRoles(ctx, u.Roles); err != nil {
			return login.User{}, err
		}
		c.Roles = &u.Roles
	}
	if err := s.Store.ChangeUser(ctx, u.ID, c); err != nil {
		return login.User{}, err
	}
	noteUser(ctx, u.ID, login.EventUserSet)
	if c.Roles != nil {
		err = s.stillThere(ctx, u.Roles)
	}
	return u, err
}

// stillThere looks at roles again that a user has just been given. DeleteRole looks at the users again when the role is gone. So
// of two who do both at the same time, one at least is told.
//
// Errors: ErrRoleGone.
func (s *Service) stillThere(ctx context.Context, roles []string) error {
	err := s.checkRoles(ctx, roles)
	if errors.Is(err, ErrRoleNotFound) {
		return ErrRoleGone
	}
	return err
}
