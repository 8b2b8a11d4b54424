package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// A user is read with the bindings at the same moment, which are the Apps: one row for each, or one row for none.
const (
	userColumns = `u.id, u.username, u.name, u.password_id, u.roles, u.disabled, u.epoch, u.created_at,
		u.phone, u.phone_idx, u.phone_verified_at, u.registered_in, u.replaced, (SELECT group_concat(idx, ' ') FROM unions WHERE user_id = u.id) AS unions,
		coalesce(b.app_id, ''), coalesce(b.openid, ''), coalesce(b.id, ''), coalesce(b.idx, '')`
	selectUser = `SELECT ` + userColumns + ` FROM users u LEFT JOIN bindings b ON b.user_id = u.id WHERE u.id = ?`
)

// boundUser is a user and one of the bindings.
type boundUser struct {
	login.User
	appID string
	app   login.UserApp
}

// fields is where the userColumns are read to.
func (u *boundUser) fields() []any {
	return []any{
		&u.ID, &u.Username, &u.Name, &u.PasswordID, document{&u.Roles}, &u.Disabled, &u.Epoch, &u.CreatedAt,
		&u.Phone.Number, &u.Phone.Index, &u.Phone.VerifiedAt, &u.RegisteredIn, document{&u.Replaced}, words{&u.Unions},
		&u.appID, &u.app.OpenID, &u.app.BindingID, &u.app.Index,
	}
}

// note adds the binding to the Apps.
func (u *boundUser) note(apps *map[string]login.UserApp) {
	if *apps == nil {
		*apps = map[string]login.UserApp{}
	}
	if u.appID != "" {
		(*apps)[u.appID] = u.app
	}
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
	err = s.read(ctx, func(c *conn) error {
		u, err = userByID(ctx, c, id)
		return err
	})
	return u, err
}

func userByID(ctx context.Context, c *conn, id string) (login.User, error) {
	var row boundUser
	u, err := readUser(ctx, c, &row, row.fields(), selectUser, id)
	return u, found(err, login.ErrUserNotFound)
}

// readUser reads one user. Each row of the query is read to fields, among them those of row.
//
// Errors: errNoRow.
func readUser(ctx context.Context, c *conn, row *boundUser, fields []any, query string, args ...any) (login.User, error) {
	var apps map[string]login.UserApp
	if err := c.each(ctx, fields, func() bool { row.note(&apps); return true }, query, args...); err != nil {
		return login.User{}, err
	}
	if row.ID == "" {
		return login.User{}, errNoRow
	}
	row.Apps = apps
	return row.User, nil
}
