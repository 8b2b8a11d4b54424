package sqlitestore

import (
	"context"
	"database/sql"

	"github.com/wxbind/wxbind/pkg/login"
)

// ReplacePassword implements login.Passwords.
func (s *Store) ReplacePassword(ctx context.Context, id string, old, replacement login.Hidden, epoch string) error {
	return s.changePassword(ctx, id,
		`UPDATE users SET password_hash = ?, epoch = ? WHERE id = ? AND password_hash = ?`, string(replacement), epoch, id, string(old))
}

// RenewHash implements login.Passwords.
func (s *Store) RenewHash(ctx context.Context, id string, old, replacement login.Hidden) error {
	return s.changePassword(ctx, id,
		`UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?`, string(replacement), id, string(old))
}

// changePassword runs a statement that changes no row if the password has changed.
//
// Errors: login.ErrUserNotFound, login.ErrPasswordChanged.
func (s *Store) changePassword(ctx context.Context, id, statement string, args ...any) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		changed, err := change(ctx, tx, statement, args...)
		if err != nil || changed {
			return err
		}
		var user int
		if err := tx.QueryRowContext(ctx, `SELECT 1 FROM users WHERE id = ?`, id).Scan(&user); err != nil {
			return found(err, login.ErrUserNotFound)
		}
		return answer{login.ErrPasswordChanged}
	})
}
