package sqlitestore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

const userColumns = `u.id, u.username, u.name, u.password_id, u.roles, u.disabled, u.epoch, u.created_at`

// userFields is where the userColumns are read to.
func userFields(u *login.User) []any {
	return []any{&u.ID, &u.Username, &u.Name, &u.PasswordID, document{&u.Roles}, &u.Disabled, &u.Epoch, &u.CreatedAt}
}

// UserIDByName implements login.Users.
func (s *Store) UserIDByName(ctx context.Context, username string) (id string, err error) {
	err = s.read(ctx, func(c *conn) error {
		err := c.one(ctx, []any{&id}, `SELECT user_id FROM usernames WHERE username = ?`, username)
		return found(err, login.ErrUserNotFound)
	})
	return id, err
}

// UserByID implements login.Users.
func (s *Store) UserByID(ctx context.Context, id string) (u login.User, err error) {
	err = s.readAtOnce(ctx, func(c *conn) error {
		u, err = userByID(ctx, c, id)
		return err
	})
	return u, err
}

// userByID reads a user, in a transaction.
func userByID(ctx context.Context, c *conn, id string) (login.User, error) {
	var u login.User
	err := c.one(ctx, userFields(&u), `SELECT `+userColumns+` FROM users u WHERE u.id = ?`, id)
	if err := withApps(ctx, c, id, &u, err); err != nil {
		return login.User{}, err
	}
	return u, nil
}

// withApps reads a user's Apps, which are the bindings at the same moment. err is that of reading the user. If there is
// none, it reads the bindings all the same, so that it takes the same time.
func withApps(ctx context.Context, c *conn, id string, u *login.User, err error) error {
	if err != nil && !errors.Is(err, errNoRow) {
		return err
	}
	var appID string
	var app login.UserApp
	u.Apps = map[string]login.UserApp{}
	if err := c.each(ctx, []any{&appID, &app.OpenID, &app.BindingID}, func() { u.Apps[appID] = app },
		`SELECT app_id, openid, id FROM bindings WHERE user_id = ?`, id); err != nil {
		return err
	}
	return found(err, login.ErrUserNotFound)
}
