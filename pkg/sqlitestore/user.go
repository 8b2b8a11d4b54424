package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// userColumns reads a user with its Apps, which are the bindings of the same moment.
const userColumns = `u.id, u.username, u.name, u.password_hash, u.roles, u.disabled, u.not_before, u.created_at,
	(SELECT json_group_object(b.app_id, json_object('OpenID', b.openid, 'BindingID', b.id)) FROM bindings b WHERE b.user_id = u.id)`

// userFields is where the userColumns go.
func userFields(u *login.User) []any {
	return []any{
		&u.ID, &u.Username, &u.Name, &u.PasswordHash, document{&u.Roles}, &u.Disabled, moment{&u.NotBefore},
		moment{&u.CreatedAt}, document{&u.Apps},
	}
}

// UserIDByName implements login.Users.
func (s *Store) UserIDByName(ctx context.Context, username string) (id string, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT id FROM users WHERE username = ?`, username).Scan(&id)
	if err != nil {
		return "", failed(ctx, found(err, login.ErrUserNotFound))
	}
	return id, nil
}

// UserByID implements login.Users.
func (s *Store) UserByID(ctx context.Context, id string) (login.User, error) {
	var u login.User
	err := s.reader.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = ?`, id).Scan(userFields(&u)...)
	if err != nil {
		return login.User{}, failed(ctx, found(err, login.ErrUserNotFound))
	}
	return u, nil
}

// ListUsers implements login.Directory, in the order of the ids' bytes.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	return list(ctx, s.reader, userFields, `SELECT `+userColumns+` FROM users u WHERE u.id > ? ORDER BY u.id LIMIT ?`, after, limit)
}
