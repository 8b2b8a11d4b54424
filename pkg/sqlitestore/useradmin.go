package sqlitestore

import (
	"context"
	"database/sql"
	"maps"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// ReplacePassword implements login.UserAdmin.
func (s *Store) ReplacePassword(ctx context.Context, id string, old, replacement login.Hidden, notBefore time.Time) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		replaced, err := change(ctx, tx,
			`UPDATE users SET password_hash = ?, not_before = max(not_before, ?) WHERE id = ? AND password_hash = ?`,
			string(replacement), notBefore.UnixMilli(), id, string(old))
		if err != nil || replaced {
			return err
		}
		var user int
		if err := tx.QueryRowContext(ctx, `SELECT 1 FROM users WHERE id = ?`, id).Scan(&user); err != nil {
			return found(err, login.ErrUserNotFound)
		}
		return answer{login.ErrPasswordChanged}
	})
}

// DisableUser implements login.UserAdmin.
func (s *Store) DisableUser(ctx context.Context, id string, notBefore time.Time) error {
	return s.changeUser(ctx, `UPDATE users SET disabled = 1, not_before = max(not_before, ?) WHERE id = ?`, notBefore.UnixMilli(), id)
}

// EnableUser implements login.UserAdmin.
func (s *Store) EnableUser(ctx context.Context, id string) error {
	return s.changeUser(ctx, `UPDATE users SET disabled = 0 WHERE id = ?`, id)
}

// LogoutUser implements login.UserAdmin.
func (s *Store) LogoutUser(ctx context.Context, id string, notBefore time.Time) error {
	return s.changeUser(ctx, `UPDATE users SET not_before = max(not_before, ?) WHERE id = ?`, notBefore.UnixMilli(), id)
}

// DeleteUser implements login.UserAdmin. The username is deleted with its user.
func (s *Store) DeleteUser(ctx context.Context, u login.User) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		stored, err := userByID(ctx, tx, u.ID)
		switch {
		case err != nil:
			return err
		case !maps.Equal(stored.Apps, u.Apps):
			return answer{login.ErrUserChanged}
		}
		if _, err := change(ctx, tx, `DELETE FROM bindings WHERE user_id = ?`, u.ID); err != nil {
			return err
		}
		_, err = change(ctx, tx, `DELETE FROM users WHERE id = ?`, u.ID)
		return err
	})
}

func (s *Store) changeUser(ctx context.Context, statement string, args ...any) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		return mustChange(ctx, tx, login.ErrUserNotFound, statement, args...)
	})
}
