package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

const bindingColumns = `id, app_id, openid, union_id, user_id, epoch, sealed_key, bound_at, last_login_at`

func scanBinding(row *sql.Row) (b login.Binding, err error) {
	err = row.Scan(&b.ID, &b.AppID, &b.OpenID, &b.UnionID,
		&b.UserID, &b.Epoch, &b.SealedKey, moment{&b.BoundAt}, moment{&b.LastLoginAt})
	return b, err
}

// TouchBinding implements login.Bindings.
func (s *Store) TouchBinding(ctx context.Context, t login.Touch) (b login.Binding, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		if _, err := change(ctx, tx, `UPDATE bindings
			SET union_id = coalesce(nullif(?, ''), union_id), sealed_key = ?, last_login_at = ?
			WHERE app_id = ? AND openid = ? AND last_login_at <= ?`,
			t.UnionID, t.SealedKey, t.At.UnixMilli(), t.AppID, t.OpenID, t.At.UnixMilli()); err != nil {
			return err
		}
		b, err = scanBinding(tx.QueryRowContext(ctx,
			`SELECT `+bindingColumns+` FROM bindings WHERE app_id = ? AND openid = ?`, t.AppID, t.OpenID))
		return found(err, login.ErrBindingNotFound)
	})
	return b, err
}

// Bind implements login.Bindings. The table's constraints decide. If they refuse the binding, the same transaction
// reads the reason.
func (s *Store) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	result := b
	err := s.write(ctx, func(tx *sql.Tx) error {
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
		return err
	})
	return result, err
}

// insertBinding stores a binding if its user is not disabled and has the session's epoch, and nothing is in its way.
func insertBinding(ctx context.Context, tx *sql.Tx, b login.Binding, session login.Session) (bound bool, err error) {
	return change(ctx, tx, `INSERT INTO bindings (`+bindingColumns+`)
		SELECT ?, ?, ?, ?, id, ?, ?, ?, ? FROM users WHERE id = ? AND NOT disabled AND epoch = ? ON CONFLICT DO NOTHING`,
		b.ID, b.AppID, b.OpenID, b.UnionID, b.Epoch, b.SealedKey, b.BoundAt.UnixMilli(), b.LastLoginAt.UnixMilli(),
		b.UserID, session.Epoch)
}

// refusal returns why a binding was not stored, and the conflicting binding if it belongs to the same user.
func refusal(ctx context.Context, tx *sql.Tx, b login.Binding, session login.Session) (login.Binding, error) {
	standing, err := scanBinding(tx.QueryRowContext(ctx,
		`SELECT `+bindingColumns+` FROM bindings WHERE app_id = ? AND openid = ?`, b.AppID, b.OpenID))
	switch {
	case err == nil && standing.UserID == b.UserID:
		return standing, answer{login.ErrAlreadyBound}
	case err == nil:
		return login.Binding{}, answer{login.IdentityBound}
	case !errors.Is(err, sql.ErrNoRows):
		return login.Binding{}, err
	}
	var disabled, ended bool
	err = tx.QueryRowContext(ctx, `SELECT disabled, epoch <> ? FROM users WHERE id = ?`,
		session.Epoch, b.UserID).Scan(&disabled, &ended)
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
	return s.write(ctx, func(tx *sql.Tx) error {
		return mustChange(ctx, tx, login.ErrBindingNotFound,
			`UPDATE bindings SET epoch = ? WHERE app_id = ? AND openid = ? AND id = ? AND user_id = ?`,
			epoch, b.AppID, b.OpenID, b.ID, b.UserID)
	})
}

// BindingByOpenID implements login.Bindings.
func (s *Store) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	b, err := scanBinding(s.reader.QueryRowContext(ctx,
		`SELECT `+bindingColumns+` FROM bindings WHERE app_id = ? AND openid = ?`, appID, openID))
	if err != nil {
		return login.Binding{}, failed(ctx, found(err, login.ErrBindingNotFound))
	}
	return b, nil
}

// Unbind implements login.Bindings.
func (s *Store) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	return s.deletes(ctx, func(tx *sql.Tx) (bool, error) {
		if err := mustChange(ctx, tx, login.ErrBindingNotFound,
			`DELETE FROM bindings WHERE app_id = ? AND openid = ? AND id = ? AND user_id = ?`,
			b.AppID, b.OpenID, b.ID, b.UserID); err != nil || !keepLast {
			return true, err
		}
		var other bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM bindings WHERE user_id = ?)`, b.UserID).Scan(&other)
		if err == nil && !other {
			return false, answer{login.ErrLastBinding}
		}
		return true, err
	})
}
