package admin

import (
	"context"
	"errors"
	"fmt"

	"github.com/wxbind/wxbind/pkg/login"
)

// SetRoles stores roles. Each replaces the role of the same name, if there is one. All are checked before
// the first is stored.
//
// Errors: one that says what is wrong with a role.
func (s *Service) SetRoles(ctx context.Context, roles []login.Role) error {
	for _, r := range roles {
		if err := validate(r); err != nil {
			return fmt.Errorf("role %q: %w", r.Name, err)
		}
	}
	for i, r := range roles {
		if err := s.Store.PutRole(ctx, r); err != nil {
			return err
		}
		if i == 0 {
			login.TrailOf(ctx).Note(login.EventRoleSet)
		}
	}
	return nil
}

// Roles lists all roles in the order of their names.
func (s *Service) Roles(ctx context.Context) ([]login.Role, error) {
	return s.Store.ListRoles(ctx)
}

// checkRoles fails if one of the roles does not exist.
//
// Errors: ErrRoleNotFound.
func (s *Service) checkRoles(ctx context.Context, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	have, err := s.Store.MenusByRole(ctx, roles)
	if err != nil {
		return err
	}
	for _, role := range roles {
		if _, ok := have[role]; !ok {
			return noSuchRole(role)
		}
	}
	return nil
}

func noSuchRole(name string) error { return fmt.Errorf("%w: %q", ErrRoleNotFound, name) }

// Limits of a role, so that it fits into one DynamoDB item (400 KB). Texts are counted in bytes.
const (
	maxMenus    = 300
	maxMenuText = 1024
	maxRoleName = 64
)

// validate says what is wrong with a role.
func validate(r login.Role) error {
	if r.Name == "" || len(r.Name) > maxRoleName {
		return fmt.Errorf("a role's name must have 1 to %d bytes", maxRoleName)
	}
	if login.Trim(r.Name) != r.Name { // whoever gives it to a user would not see them
		return errors.New("a role's name must not begin or end with a blank")
	}
	count := 0
	return validateMenus(r.Menus, 1, &count)
}

func validateMenus(menus []login.Menu, depth int, count *int) error {
	if len(menus) > 0 && depth > login.MaxMenuDepth {
		return fmt.Errorf("menus can be nested at most %d deep", login.MaxMenuDepth)
	}
	siblings := map[string]bool{}
	for _, m := range menus {
		if *count++; *count > maxMenus {
			return fmt.Errorf("a role can have at most %d menus", maxMenus)
		}
		if m.ID == "" || siblings[m.ID] {
			return fmt.Errorf("menu %q: the id is empty or used twice on its level", m.ID)
		}
		siblings[m.ID] = true
		if len(m.ID)+len(m.Name)+len(m.Path)+len(m.Icon) > maxMenuText {
			return fmt.Errorf("menu %q: its texts have more than %d bytes in all", m.ID, maxMenuText)
		}
		if err := validateMenus(m.Children, depth+1, count); err != nil {
			return err
		}
	}
	return nil
}
