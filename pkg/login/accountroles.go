package login

import (
	"context"
	"fmt"
)

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
		if err := a.Store.PutRole(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// Roles gives all roles in the order of their names.
func (a *Accounts) Roles(ctx context.Context) ([]Role, error) {
	return a.Store.ListRoles(ctx)
}

func (a *Accounts) checkRoles(ctx context.Context, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	have, err := a.Store.MenusByRole(ctx, roles)
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
