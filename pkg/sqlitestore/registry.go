package sqlitestore

import (
	"context"

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
	return s.write(ctx, func(tx *conn) error {
		if err := tx.mustChange(ctx, login.ErrUsernameTaken, claimUsername, u.Username, u.ID); err != nil {
			return err
		}
		return insertNewcomer(ctx, tx, u, p)
	})
}

// insertNewcomer stores a new user, and the password unless it is none.
func insertNewcomer(ctx context.Context, tx *conn, u login.User, p login.Password) error {
	u.PasswordID = p.ID
	if _, err := tx.change(ctx, insertUser, userValues(u)...); err != nil || p.ID == "" {
		return err
	}
	return putPassword(ctx, tx, u.ID, p)
}

// ListUsers implements login.UserRegistry, in the order of the ids' bytes.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) (users []login.User, err error) {
	err = s.readAtOnce(ctx, func(c *conn) error {
		users, err = list(ctx, c, userFields, `SELECT `+userColumns+` FROM users u WHERE u.id > ? ORDER BY u.id LIMIT ?`, after, limit)
		if err != nil || len(users) == 0 {
			return err
		}
		for i := range users {
			users[i].Apps = map[string]login.UserApp{}
		}
		var id, appID string
		var app login.UserApp
		i := 0
		return c.each(ctx, []any{&id, &appID, &app.OpenID, &app.BindingID}, func() {
			for users[i].ID != id {
				i++
			}
			users[i].Apps[appID] = app
		}, `SELECT user_id, app_id, openid, id FROM bindings WHERE user_id BETWEEN ? AND ? ORDER BY user_id`, users[0].ID, users[len(users)-1].ID)
	})
	return users, err
}
