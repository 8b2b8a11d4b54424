package sqlitestore

import (
	"context"
	"database/sql"

	"github.com/wxbind/wxbind/pkg/login"
)

const insertUser = `INSERT INTO users (id, username, name, password_hash, roles, disabled, epoch, created_at)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

// userValues are the values that insertUser stores.
func userValues(u login.User) []any {
	return []any{
		u.ID, u.Username, u.Name, string(u.PasswordHash), asJSON(u.Roles), u.Disabled, u.Epoch, u.CreatedAt.UnixMilli(),
	}
}

// AddUser implements login.UserRegistry.
func (s *Store) AddUser(ctx context.Context, u login.User) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := mustChange(ctx, tx, login.ErrUsernameTaken, claimUsername, u.Username, u.ID); err != nil {
			return err
		}
		_, err := change(ctx, tx, insertUser, userValues(u)...)
		return err
	})
}

// ListUsers implements login.UserRegistry, in the order of the ids' bytes.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	return list(ctx, s.reader, userFields, `SELECT `+userColumns+` FROM users u WHERE u.id > ? ORDER BY u.id LIMIT ?`, after, limit)
}
