package sqlitestore

import (
	"context"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// DisableUser implements login.UserAdmin.
func (s *Store) DisableUser(ctx context.Context, id, epoch string) error {
	return s.changeUser(ctx, `UPDATE users SET disabled = 1, epoch = ? WHERE id = ?`, epoch, id)
}

// EnableUser implements login.UserAdmin.
func (s *Store) EnableUser(ctx context.Context, id string) error {
	return s.changeUser(ctx, `UPDATE users SET disabled = 0 WHERE id = ?`, id)
}

// LogoutUser implements login.UserAdmin.
func (s *Store) LogoutUser(ctx context.Context, id, epoch string) error {
	return s.changeUser(ctx, `UPDATE users SET epoch = ? WHERE id = ?`, epoch, id)
}

// ChangeUser implements login.UserAdmin.
func (s *Store) ChangeUser(ctx context.Context, id string, c login.UserChange) error {
	var name, roles any // NULL leaves the column as it is
	if c.Name != nil {
		name = *c.Name
	}
	if c.Roles != nil {
		roles = asJSON(*c.Roles)
	}
	return s.changeUser(ctx, `UPDATE users SET name = coalesce(?, name), roles = coalesce(?, roles) WHERE id = ?`, name, roles, id)
}

// DeleteUser implements login.UserAdmin. The username, the password and the unionids are deleted with their user.
func (s *Store) DeleteUser(ctx context.Context, u login.User) error {
	return s.deletes(ctx, func(tx *conn) (bool, error) {
		stored, err := userByID(ctx, tx, u.ID)
		switch {
		case err != nil:
			return false, err
		case !maps.Equal(stored.Apps, u.Apps), stored.Phone.Index != u.Phone.Index, !sameElements(stored.Unions, u.Unions):
			return false, answer{login.ErrUserChanged}
		}
		for _, app := range stored.Apps {
			if err := leaveTombstone(ctx, tx, app.Index); err != nil {
				return false, err
			}
		}
		if _, err := tx.change(ctx, `DELETE FROM bindings WHERE user_id = ?`, u.ID); err != nil {
			return false, err
		}
		return tx.change(ctx, `DELETE FROM users WHERE id = ?`, u.ID)
	})
}

// sameElements compares two lists that have no order.
func sameElements(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func (s *Store) changeUser(ctx context.Context, statement string, args ...any) error {
	return s.write(ctx, func(tx *conn) error {
		return tx.mustChange(ctx, login.ErrUserNotFound, statement, args...)
	})
}
