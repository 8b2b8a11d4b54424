package sqlitestore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// EnrollUser implements login.Profiles.
func (s *Store) EnrollUser(ctx context.Context, p login.Profile, createdAt time.Time, epoch string) (u login.User, err error) {
	fresh := login.User{ID: p.ID, Username: p.Username, Name: p.Name, Roles: p.Roles, Epoch: epoch, CreatedAt: createdAt, RegisteredIn: p.RegisteredIn}
	err = s.write(ctx, func(tx *conn) error {
		if _, err := tx.change(ctx, insertUser+` ON CONFLICT (id)
			DO UPDATE SET username = excluded.username, name = excluded.name, roles = excluded.roles`, userValues(fresh)...); err != nil {
			return err
		}
		u, err = userByID(ctx, tx, p.ID)
		return err
	})
	return u, err
}

// RefreshUser implements login.Profiles.
func (s *Store) RefreshUser(ctx context.Context, p login.Profile) (u login.User, err error) {
	err = s.write(ctx, func(tx *conn) error {
		if err := tx.mustChange(ctx, login.ErrUserNotFound,
			`UPDATE users SET username = ?, name = ?, roles = ? WHERE id = ?`, p.Username, p.Name, asJSON(p.Roles), p.ID); err != nil {
			return err
		}
		u, err = userByID(ctx, tx, p.ID)
		return err
	})
	return u, err
}
