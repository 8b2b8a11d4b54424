package sqlitestore

import (
	"context"
	"database/sql"

	"github.com/wxbind/wxbind/pkg/login"
)

const insertUser = `INSERT INTO users (id, username, name, password_id, roles, disabled, epoch, created_at)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

// userValues are the values that insertUser stores.
func userValues(u login.User) []any {
	return []any{
		u.ID, u.Username, u.Name, u.PasswordID, asJSON(u.Roles), u.Disabled, u.Epoch, u.CreatedAt.UnixMilli(),
	}
}

// AddUser implements login.UserRegistry.
func (s *Store) AddUser(ctx context.Context, u login.User, p login.Password) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := mustChange(ctx, tx, login.ErrUsernameTaken, claimUsername, u.Username, u.ID); err != nil {
			return err
		}
		return insertNewcomer(ctx, tx, u, p)
	})
}

// insertNewcomer stores a new user, and the password unless it is none.
func insertNewcomer(ctx context.Context, tx *sql.Tx, u login.User, p login.Password) error {
	u.PasswordID = p.ID
	if _, err := change(ctx, tx, insertUser, userValues(u)...); err != nil || p.ID == "" {
		return err
	}
	return putPassword(ctx, tx, u.ID, p)
}

// ListUsers implements login.UserRegistry, in the order of the ids' bytes.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	return list(ctx, s.reader, userFields, `SELECT `+userColumns+` FROM users u WHERE u.id > ? ORDER BY u.id LIMIT ?`, after, limit)
}
