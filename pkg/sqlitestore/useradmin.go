package sqlitestore

import (
	"context"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// DisableUser implements login.UserAdmin.
func (s *Store) DisableUser(ctx context.Context, id, epoch string) error {
	return s.write(ctx, func(tx *conn) error {
		if err := raiseEpoch(ctx, tx, id, epoch); err != nil {
			return err
		}
		disabled, err := tx.change(ctx, `UPDATE users SET disabled = 1 WHERE id = ? AND NOT disabled`, id)
		if err != nil || !disabled {
			return err
		}
		return s.tell(ctx, tx, notice(id, login.NoticeDisabled, ""))
	})
}

// EnableUser implements login.UserAdmin.
func (s *Store) EnableUser(ctx context.Context, id string) error {
	return s.write(ctx, func(tx *conn) error {
		enabled, err := tx.change(ctx, `UPDATE users SET disabled = 0 WHERE id = ? AND disabled`, id)
		switch {
		case err != nil:
			return err
		case enabled:
			return s.tell(ctx, tx, notice(id, login.NoticeEnabled, ""))
		}
		exists, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, id)
		if err == nil && !exists {
			return answer{login.ErrUserNotFound}
		}
		return err
	})
}

// LogoutUser implements login.UserAdmin.
func (s *Store) LogoutUser(ctx context.Context, id, epoch string) error {
	return s.write(ctx, func(tx *conn) error {
		if err := raiseEpoch(ctx, tx, id, epoch); err != nil {
			return err
		}
		return s.tell(ctx, tx, notice(id, login.NoticeSessionRevoked, ""))
	})
}

// ChangeUser implements login.UserAdmin.
func (s *Store) ChangeUser(ctx context.Context, id string, c login.UserChange) error {
	var name, avatar, roles any // NULL leaves the column as it is
	if c.Name != nil {
		name = *c.Name
	}
	if c.Avatar != nil {
		avatar = *c.Avatar
	}
	if c.Roles != nil {
		roles = asJSON(*c.Roles)
	}
	return s.write(ctx, func(tx *conn) error {
		return tx.mustChange(ctx, login.ErrUserNotFound, `UPDATE users SET name = coalesce(?1, name), avatar = coalesce(?2, avatar),
			roles = coalesce(?3, roles), name_given = iif(?1 IS NULL, name_given, ?4), avatar_given = iif(?2 IS NULL, avatar_given, ?4)
			WHERE id = ?5`, name, avatar, roles, givenValue(c.Given), id)
	})
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
		if _, err := tx.change(ctx, `DELETE FROM users WHERE id = ?`, u.ID); err != nil {
			return false, err
		}
		return true, s.tell(ctx, tx, notice(u.ID, login.NoticeDeleted, ""))
	})
}

// sameElements compares two lists that have no order.
func sameElements(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
