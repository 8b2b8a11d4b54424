package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// RoleInUseError says that users have a role.
type RoleInUseError struct {
	Role string
	// Users is how many have it, and Some names the first of them.
	Users int
	Some  []string
	// Deleted says that the role is gone nevertheless: they were given it meanwhile.
	Deleted bool
}

func (e *RoleInUseError) Error() string {
	who := strings.Join(e.Some, ", ")
	if e.Users > len(e.Some) {
		who += fmt.Sprintf(" and %d more", e.Users-len(e.Some))
	}
	if e.Deleted {
		return fmt.Sprintf("the role %q is deleted, and was given at the same time to: %s", e.Role, who)
	}
	return fmt.Sprintf("the role %q is not deleted, since users have it: %s", e.Role, who)
}

// namedUsers is how many users a RoleInUseError names.
const namedUsers = 3

// DeleteRole deletes a role. Users who have it keep its name, which gives them no menus: without force it deletes none that
// somebody has. It returns how many have it. Without force it reads all users twice: whoever is given the role in between is
// told of.
//
// Errors: ErrRoleNotFound; *RoleInUseError.
func (s *Service) DeleteRole(ctx context.Context, name string, force bool) (users int, err error) {
	if err := s.checkRoles(ctx, []string{name}); err != nil {
		return 0, err
	}
	before, err := s.havingRole(ctx, name)
	switch {
	case err != nil:
		return 0, err
	case before.Users > 0 && !force:
		return before.Users, before
	}
	if err := s.Store.DeleteRole(ctx, name); err != nil {
		return 0, err
	}
	login.TrailOf(ctx).Note(login.EventRoleDelete)
	if force {
		return before.Users, nil
	}
	after, err := s.havingRole(ctx, name)
	if err != nil || after.Users == 0 {
		return 0, err
	}
	after.Deleted = true
	return after.Users, after
}

// havingRole finds the users who have a role.
func (s *Service) havingRole(ctx context.Context, role string) (*RoleInUseError, error) {
	found := &RoleInUseError{Role: role}
	for u, err := range s.All(ctx) {
		if err != nil {
			return nil, err
		}
		if !slices.Contains(u.Roles, role) {
			continue
		}
		if found.Users++; len(found.Some) < namedUsers {
			found.Some = append(found.Some, NameOf(u))
		}
	}
	return found, nil
}
