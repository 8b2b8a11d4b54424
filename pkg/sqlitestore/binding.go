package sqlitestore

import (
	"context"
	"errors"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	bindingColumns = `id, app_id, openid, union_id, user_id, idx, union_idx, epoch, sealed_key, bound_at, last_login_at`
	selectBinding  = `SELECT ` + bindingColumns + ` FROM bindings WHERE app_id = ? AND openid = ?`
)

// bindingFields is where the bindingColumns are read to.
func bindingFields(b *login.Binding) []any {
	return []any{
		&b.ID, &b.AppID, &b.OpenID, &b.UnionID, &b.UserID, &b.Index, &b.Union, &b.Epoch, &b.SealedKey, &b.BoundAt, &b.LastLoginAt,
	}
}

// TouchBinding implements login.Bindings.
func (s *Store) TouchBinding(ctx context.Context, t login.Touch) (b login.Binding, err error) {
	err = s.write(ctx, func(tx *conn) error {
		if err := touch(ctx, tx, t, ""); err != nil {
			return err
		}
		return found(tx.one(ctx, bindingFields(&b), selectBinding, t.AppID, t.OpenID), login.ErrBindingNotFound)
	})
	return b, err
}

// touch touches the binding, if it has the id; "" is for any. The marks of its sessions are the sessions themselves.
func touch(ctx context.Context, tx *conn, t login.Touch, id string) error {
	_, err := tx.change(ctx, `UPDATE bindings SET union_id = coalesce(nullif(?, ''), union_id), sealed_key = ?, last_login_at = ?
		WHERE app_id = ? AND openid = ? AND id = coalesce(nullif(?, ''), id) AND last_login_at <= ?`,
		t.UnionID, t.SealedKey, t.At.UnixMilli(), t.AppID, t.OpenID, id, t.At.UnixMilli())
	return err
}

// Bind implements login.Bindings. The table's constraints decide. If they refuse the binding, the same transaction
// reads the reason.
func (s *Store) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	result := b
	err := s.write(ctx, func(tx *conn) error {
		bound, err := insertBinding(ctx, tx, b, session)
		if err != nil {
			return err
		}
		if !bound {
			result, err = refusal(ctx, tx, b, session)
			return err
		}
		created, err := insertSession(ctx, tx, session)
		if err == nil && !created {
			return answer{login.BindingRemoved} // and the binding is rolled back
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, notice(b.UserID, login.NoticeBound, b.AppID))
	})
	return result, err
}

// insertBinding stores a binding if its user is not disabled and has the session's epoch, and nothing is in its way.
func insertBinding(ctx context.Context, tx *conn, b login.Binding, session login.Session) (bound bool, err error) {
	return tx.change(ctx, `INSERT INTO bindings (`+bindingColumns+`)
		SELECT ?, ?, ?, ?, id, ?, ?, ?, ?, ?, ? FROM users WHERE id = ? AND NOT disabled AND epoch = ? ON CONFLICT DO NOTHING`,
		b.ID, b.AppID, b.OpenID, b.UnionID, b.Index, b.Union, b.Epoch, b.SealedKey, b.BoundAt.UnixMilli(), b.LastLoginAt.UnixMilli(),
		b.UserID, session.Epoch)
}

// refusal returns why a binding was not stored, and the conflicting binding if it belongs to the same user.
func refusal(ctx context.Context, tx *conn, b login.Binding, session login.Session) (login.Binding, error) {
	standing, err := bindingOf(ctx, tx, b.AppID, b.OpenID)
	switch {
	case err == nil && standing.UserID == b.UserID:
		return standing, answer{login.ErrAlreadyBound}
	case err == nil:
		return login.Binding{}, answer{login.IdentityBound}
	case !errors.Is(err, errNoRow):
		return login.Binding{}, err
	}
	var disabled, ended bool
	err = tx.one(ctx, []any{&disabled, &ended}, `SELECT disabled, epoch <> ? FROM users WHERE id = ?`, session.Epoch, b.UserID)
	switch {
	case err != nil:
		return login.Binding{}, found(err, login.ErrUserNotFound)
	case disabled:
		return login.Binding{}, answer{login.UserDisabled}
	case ended:
		return login.Binding{}, answer{login.SessionRevoked}
	}
	return login.Binding{}, answer{login.UserBound}
}

// NoteEpoch implements login.Bindings.
func (s *Store) NoteEpoch(ctx context.Context, b login.Binding, epoch string) error {
	return s.write(ctx, func(tx *conn) error {
		return tx.mustChange(ctx, login.ErrBindingNotFound,
			`UPDATE bindings SET epoch = ? WHERE app_id = ? AND openid = ? AND id = ? AND user_id = ?`,
			epoch, b.AppID, b.OpenID, b.ID, b.UserID)
	})
}

// BindingByOpenID implements login.Bindings.
func (s *Store) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	var b login.Binding
	err := s.readAtOnce(ctx, func(c *conn) (err error) {
		b, err = bindingOf(ctx, c, appID, openID)
		return found(err, login.ErrBindingNotFound)
	})
	return b, err
}

// bindingOf reads a binding in a transaction. The sessions that were opened under it are its marks.
//
// Errors: errNoRow.
func bindingOf(ctx context.Context, c *conn, appID, openID string) (login.Binding, error) {
	var b login.Binding
	if err := c.one(ctx, bindingFields(&b), selectBinding, appID, openID); err != nil {
		return login.Binding{}, err
	}
	var s login.Session
	var endedAt int64
	var ends []int64 // in the order of b.Sessions
	err := c.each(ctx, []any{&s.TokenHash, &s.CreatedAt, &s.Device, (*string)(&s.EndedReason), &endedAt}, func() bool {
		i, _ := slices.BinarySearch(ends, endedAt)
		b.Sessions, ends = slices.Insert(b.Sessions, i, s.Mark()), slices.Insert(ends, i, endedAt)
		return true
	}, `SELECT token_hash, created_at, device, ended_reason, ended_at FROM sessions WHERE user_id = ? AND binding_id = ?`, b.UserID, b.ID)
	if err != nil {
		return login.Binding{}, err
	}
	return b, nil
}

// Unbind implements login.Bindings.
func (s *Store) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	return s.deletes(ctx, func(tx *conn) (bool, error) {
		if err := tx.mustChange(ctx, login.ErrBindingNotFound,
			`DELETE FROM bindings WHERE app_id = ? AND openid = ? AND id = ? AND user_id = ?`,
			b.AppID, b.OpenID, b.ID, b.UserID); err != nil {
			return false, err
		}
		if err := leaveTombstone(ctx, tx, b.Index); err != nil {
			return false, err
		}
		if keepLast {
			other, err := tx.has(ctx, `SELECT 1 FROM bindings WHERE user_id = ?`, b.UserID)
			if err == nil && !other {
				err = answer{login.ErrLastBinding}
			}
			if err != nil {
				return false, err
			}
		}
		return true, s.tell(ctx, tx, notice(b.UserID, login.NoticeUnbound, b.AppID))
	})
}
