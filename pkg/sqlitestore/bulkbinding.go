package sqlitestore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// UserIDsByName implements login.BindingRegistry. It uses one query, since a query a name would take a third of an import's time.
func (s *Store) UserIDsByName(ctx context.Context, usernames []string) (ids map[string]string, err error) {
	err = s.read(ctx, func(c *conn) error {
		ids = make(map[string]string, len(usernames))
		var name, id string
		return c.each(ctx, []any{&name, &id}, func() bool {
			ids[name] = id
			return true
		}, `SELECT username, user_id FROM json_each(?) CROSS JOIN usernames ON username = value`, asJSON(usernames))
	})
	return ids, err
}

// AddBindings implements login.BindingRegistry. It uses one transaction, like AddUsers.
func (s *Store) AddBindings(ctx context.Context, bindings []login.Binding) ([]login.Taken, error) {
	taken := make([]login.Taken, len(bindings))
	err := s.write(ctx, func(tx *conn) (err error) {
		for i, b := range bindings {
			if taken[i], err = addBinding(ctx, tx, b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

// addBinding stores a binding unless something is in its way.
func addBinding(ctx context.Context, tx *conn, b login.Binding) (login.Taken, error) {
	bound, err := tx.change(ctx, `INSERT INTO bindings (`+bindingColumns+`)
		SELECT ?, ?, ?, ?, id, ?, ?, epoch, ?, ?, ? FROM users WHERE id = ? ON CONFLICT DO NOTHING`,
		b.ID, b.AppID, b.OpenID, b.UnionID, b.Index, b.Union, b.SealedKey, b.BoundAt.UnixMilli(), b.LastLoginAt.UnixMilli(), b.UserID)
	switch {
	case err != nil:
		return login.Taken{}, err
	case !bound:
		return inTheWay(ctx, tx, b)
	case b.Union == "":
		return login.Taken{}, nil
	}
	claimed, err := tx.change(ctx, claimUnion, b.Union, b.UserID)
	if err != nil || claimed {
		return login.Taken{}, err
	}
	taken := login.Taken{Cause: login.ErrUnionTaken}
	err = tx.one(ctx, []any{&taken.By}, `SELECT user_id FROM unions WHERE idx = ?`, b.Union)
	if err != nil || taken.By == b.UserID {
		return login.Taken{}, err
	}
	_, err = tx.change(ctx, `DELETE FROM bindings WHERE app_id = ? AND openid = ?`, b.AppID, b.OpenID) // of a moment ago
	return taken, err
}

// inTheWay says what is in the way of a binding that was not stored.
func inTheWay(ctx context.Context, tx *conn, b login.Binding) (login.Taken, error) {
	taken := login.Taken{Cause: login.IdentityBound}
	err := tx.one(ctx, []any{&taken.By}, `SELECT user_id FROM bindings WHERE app_id = ? AND openid = ?`, b.AppID, b.OpenID)
	switch {
	case err == nil && taken.By == b.UserID:
		return login.Taken{Cause: login.ErrAlreadyBound, By: taken.By}, nil
	case !errors.Is(err, errNoRow):
		return taken, err
	}
	there, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, b.UserID)
	if err != nil || there {
		return login.Taken{Cause: login.UserBound, By: b.UserID}, err
	}
	return login.Taken{Cause: login.ErrUserNotFound}, nil
}
