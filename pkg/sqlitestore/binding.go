package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

const bindingColumns = `id, app_id, openid, union_id, user_id, sealed_key, bound_at, last_login_at`

func scanBinding(row *sql.Row) (b login.Binding, err error) {
	err = row.Scan(&b.ID, &b.AppID, &b.OpenID, &b.UnionID, &b.UserID, &b.SealedKey, moment{&b.BoundAt}, moment{&b.LastLoginAt})
	return b, err
}

// TouchBinding implements login.Bindings.
func (s *Store) TouchBinding(ctx context.Context, t login.Touch) (b login.Binding, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		b, err = scanBinding(tx.QueryRowContext(ctx, `UPDATE bindings
			SET union_id = coalesce(nullif(?, ''), union_id), sealed_key = ?, last_login_at = ?
			WHERE app_id = ? AND openid = ? RETURNING `+bindingColumns,
			t.UnionID, t.SealedKey, t.At.UnixMilli(), t.AppID, t.OpenID))
		return found(err, login.ErrBindingNotFound)
	})
	return b, err
}

// Bind implements login.Bindings. The table's constraints decide; if they refuse
// the binding, the same transaction reads why.
func (s *Store) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	result := b
	err := s.write(ctx, func(tx *sql.Tx) error {
		bound, err := change(ctx, tx, `INSERT INTO bindings (`+bindingColumns+`)
			SELECT ?, ?, ?, ?, id, ?, ?, ? FROM users WHERE id = ? ON CONFLICT DO NOTHING`,
			b.ID, b.AppID, b.OpenID, b.UnionID, b.SealedKey, b.BoundAt.UnixMilli(), b.LastLoginAt.UnixMilli(), b.UserID)
		if err != nil {
			return err
		}
		if !bound {
			result, err = refusal(ctx, tx, b)
			return err
		}
		return insertSession(ctx, tx, session)
	})
	return result, err
}

// refusal says why a binding was not stored, with the one that stands in its way
// if that is of the same user.
func refusal(ctx context.Context, tx *sql.Tx, b login.Binding) (login.Binding, error) {
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
	var user int
	err = tx.QueryRowContext(ctx, `SELECT 1 FROM users WHERE id = ?`, b.UserID).Scan(&user)
	if err != nil {
		return login.Binding{}, found(err, login.ErrUserNotFound)
	}
	return login.Binding{}, answer{login.UserBound}
}

// Unbind implements login.Bindings.
func (s *Store) Unbind(ctx context.Context, b login.Binding) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		return mustChange(ctx, tx, login.ErrBindingNotFound,
			`DELETE FROM bindings WHERE app_id = ? AND openid = ? AND id = ?`, b.AppID, b.OpenID, b.ID)
	})
}
