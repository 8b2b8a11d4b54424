package sqlitestore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

const insertUser = `INSERT INTO users (id, username, name, password_id, roles, disabled, epoch, created_at,
	phone, phone_idx, phone_verified_at, phone_app, registered_in, name_given, avatar, avatar_given)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// userValues are the values that insertUser stores.
func userValues(u login.User) []any {
	return []any{
		u.ID, u.Username, u.Name, u.PasswordID, asJSON(u.Roles), u.Disabled, u.Epoch, u.CreatedAt.UnixMilli(),
		u.Phone.Number, u.Phone.Index, verified(u.Phone), u.Phone.AppID, u.RegisteredIn,
		givenValue(u.NameGiven), u.Avatar, givenValue(u.AvatarGiven),
	}
}

// givenValue is where something was given, NULL if its user has not given it.
func givenValue(g login.Given) any {
	if g == (login.Given{}) {
		return nil
	}
	g.At = g.At.UTC().Truncate(time.Millisecond)
	return asJSON(g)
}

// AddUser implements login.UserRegistry.
func (s *Store) AddUser(ctx context.Context, u login.User, p login.Password) error {
	return s.write(ctx, func(tx *conn) error {
		taken, err := addUser(ctx, tx, login.Newcomer{User: u, Password: p})
		if err == nil && taken.Cause != nil {
			err = answer{taken.Cause}
		}
		return err
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
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	return s.users(ctx, `(SELECT * FROM users WHERE id > ? ORDER BY id LIMIT ?)`, after, limit)
}

// UsersByID implements login.UserRegistry.
func (s *Store) UsersByID(ctx context.Context, ids []string) ([]login.User, error) {
	return s.users(ctx, `(SELECT * FROM users WHERE id IN (SELECT value FROM json_each(?)))`, asJSON(ids))
}

// users reads the users of a query, in the order of their ids.
func (s *Store) users(ctx context.Context, of string, args ...any) (users []login.User, err error) {
	err = s.read(ctx, func(c *conn) error {
		users = nil
		var row boundUser
		return c.each(ctx, row.fields(), func() bool {
			if last := len(users) - 1; last < 0 || users[last].ID != row.ID {
				users = append(users, row.user())
			}
			row.note(&users[len(users)-1].Apps)
			row.Roles, row.rare = nil, rare{} // what comes next must not be written into these, and not keep them
			return true
		}, `SELECT `+userColumns+` FROM `+of+` u LEFT JOIN bindings b ON b.user_id = u.id ORDER BY u.id`, args...)
	})
	return users, err
}
