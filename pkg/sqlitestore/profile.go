package sqlitestore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// EnrollUser implements login.Profiles.
func (s *Store) EnrollUser(ctx context.Context, p login.Profile, createdAt time.Time, epoch string) (u login.User, err error) {
	fresh := login.User{ID: p.ID, Username: p.Username, Name: p.Name, Avatar: p.Avatar, Roles: p.Roles, Epoch: epoch, CreatedAt: createdAt, RegisteredIn: p.RegisteredIn}
	err = s.write(ctx, func(tx *conn) error {
		if _, err := tx.change(ctx, insertUser+` ON CONFLICT (id)
			DO UPDATE SET username = excluded.username, name = excluded.name, avatar = excluded.avatar, roles = excluded.roles,
				name_given = NULL, avatar_given = NULL`, userValues(fresh)...); err != nil {
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
			`UPDATE users SET username = ?, name = ?, avatar = ?, roles = ?, name_given = NULL, avatar_given = NULL WHERE id = ?`,
			p.Username, p.Name, p.Avatar, asJSON(p.Roles), p.ID); err != nil {
			return err
		}
		u, err = userByID(ctx, tx, p.ID)
		return err
	})
	return u, err
}

// RaiseEpoch implements login.Profiles.
func (s *Store) RaiseEpoch(ctx context.Context, id, epoch string) error {
	return s.write(ctx, func(tx *conn) error { return raiseEpoch(ctx, tx, id, epoch) })
}

func raiseEpoch(ctx context.Context, tx *conn, id, epoch string) error {
	return tx.mustChange(ctx, login.ErrUserNotFound, `UPDATE users SET epoch = ? WHERE id = ?`, epoch, id)
}
