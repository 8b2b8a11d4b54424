package sqlitestore

import (
	"context"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// A user is read with the bindings at the same moment, which are the Apps: one row for each, or one row for none. What few
// users have is one column, since each column costs every login.
const (
	userColumns = `u.id, u.username, u.name, u.password_id, u.roles, u.disabled, u.epoch, u.created_at,
		CASE WHEN u.phone_idx = '' AND u.phone = '' AND u.registered_in = '' AND u.replaced IS NULL AND u.avatar = '' AND u.name_given IS NULL
				AND u.avatar_given IS NULL AND NOT EXISTS (SELECT 1 FROM unions WHERE user_id = u.id) THEN NULL
			ELSE json_object('phone', u.phone, 'index', u.phone_idx, 'verifiedAt', u.phone_verified_at, 'phoneApp', u.phone_app,
				'registeredIn', u.registered_in, 'avatar', u.avatar, 'nameGiven', json(u.name_given), 'avatarGiven', json(u.avatar_given),
				'replaced', json(u.replaced), 'unions', (SELECT group_concat(idx, ' ') FROM unions WHERE user_id = u.id)) END AS rare,
		coalesce(b.app_id, ''), coalesce(b.openid, ''), coalesce(b.id, ''), coalesce(b.idx, ''), coalesce(b.union_idx, '')`
	selectUser = `SELECT ` + userColumns + ` FROM users u LEFT JOIN bindings b ON b.user_id = u.id WHERE u.id = ?`
)

// boundUser is a user and one of the bindings.
type boundUser struct {
	login.User
	rare  rare
	appID string
	app   login.UserApp
}

// rare is what few users have.
type rare struct {
	Phone        string                       `json:"phone"`
	Index        string                       `json:"index"`
	VerifiedAt   *int64                       `json:"verifiedAt"` // Unix milliseconds
	PhoneApp     string                       `json:"phoneApp"`
	RegisteredIn string                       `json:"registeredIn"`
	Avatar       string                       `json:"avatar"`
	NameGiven    *login.Given                 `json:"nameGiven"`
	AvatarGiven  *login.Given                 `json:"avatarGiven"`
	Replaced     map[string]login.Replacement `json:"replaced"`
	Unions       string                       `json:"unions"` // with blanks between them
}

// user is the user without the Apps. It leaves nothing rare behind for the next row.
func (u *boundUser) user() login.User {
	r := &u.rare
	u.Phone = login.Phone{Number: r.Phone, Index: r.Index, AppID: r.PhoneApp}
	u.RegisteredIn, u.Replaced, u.Unions = r.RegisteredIn, r.Replaced, nil
	u.Avatar, u.NameGiven, u.AvatarGiven = r.Avatar, login.Given{}, login.Given{}
	if r.VerifiedAt != nil {
		u.Phone.VerifiedAt = time.UnixMilli(*r.VerifiedAt).UTC()
	}
	if r.NameGiven != nil {
		u.NameGiven = *r.NameGiven
	}
	if r.AvatarGiven != nil {
		u.AvatarGiven = *r.AvatarGiven
	}
	if r.Unions != "" {
		u.Unions = strings.Fields(r.Unions)
	}
	u.rare = rare{}
	return u.User
}

// fields is where the userColumns are read to.
func (u *boundUser) fields() []any {
	return []any{
		&u.ID, &u.Username, &u.Name, &u.PasswordID, document{&u.Roles}, &u.Disabled, &u.Epoch, &u.CreatedAt,
		document{&u.rare},
		&u.appID, &u.app.OpenID, &u.app.BindingID, &u.app.Index, &u.app.Union,
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
	return row.user(), nil
}
