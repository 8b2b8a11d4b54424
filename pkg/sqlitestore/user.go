package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// userColumns reads a user with its Apps, which are the bindings at the same moment.
const userColumns = `u.id, u.username, u.name, u.password_id, u.roles, u.disabled, u.epoch, u.created_at,
	(SELECT json_group_object(b.app_id, json_object('OpenID', b.openid, 'BindingID', b.id)) FROM bindings b WHERE b.user_id = u.id)`

// userFields is where the userColumns are scanned to.
func userFields(u *login.User) []any {
	return []any{
		&u.ID, &u.Username, &u.Name, &u.PasswordID, document{&u.Roles}, &u.Disabled, &u.Epoch,
		moment{&u.CreatedAt}, document{&u.Apps},
	}
}

// UserIDByName implements login.Users.
func (s *Store) UserIDByName(ctx context.Context, username string) (id string, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT user_id FROM usernames WHERE username = ?`, username).Scan(&id)
	if err != nil {
		return "", failed(ctx, found(err, login.ErrUserNotFound))
	}
	return id, nil
}

// UserByID implements login.Users.
func (s *Store) UserByID(ctx context.Context, id string) (login.User, error) {
	u, err := userByID(ctx, s.reader, id)
	if err != nil {
		return login.User{}, failed(ctx, err)
	}
	return u, nil
}

// userByID reads a user, in a transaction or without one.
func userByID(ctx context.Context, db querier, id string) (u login.User, err error) {
	err = db.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = ?`, id).Scan(userFields(&u)...)
	return u, found(err, login.ErrUserNotFound)
}
