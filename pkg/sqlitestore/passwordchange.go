package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// changePassword replaces a password and the epoch, in the mini-program if there is one, and does more in the same transaction.
func (s *Store) changePassword(ctx context.Context, c login.PasswordChange, appID string, more func(tx *conn) error) error {
	return s.write(ctx, func(tx *conn) error {
		var id, epoch string
		var disabled bool
		err := tx.one(ctx, []any{&id, &epoch, &disabled}, `SELECT password_id, epoch, disabled FROM users WHERE id = ?`, c.UserID)
		switch {
		case err != nil:
			return found(err, login.ErrUserNotFound)
		case id != c.OldID:
			return answer{login.ErrPasswordChanged}
		case disabled:
			return answer{login.UserDisabled}
		case epoch != c.OldEpoch:
			return answer{login.SessionRevoked}
		}
		if _, err := tx.change(ctx, `UPDATE users SET password_id = ?, epoch = ? WHERE id = ?`, c.Password.ID, c.Epoch, c.UserID); err != nil {
			return err
		}
		if err := s.putNewPassword(ctx, tx, c.UserID, c.Password, appID); err != nil {
			return err
		}
		return more(tx)
	})
}

// ChangePassword implements login.PasswordChanges.
func (s *Store) ChangePassword(ctx context.Context, c login.PasswordChange, tokenHash string) error {
	return s.changePassword(ctx, c, "", func(tx *conn) error {
		return tx.mustChange(ctx, login.ErrSessionNotFound,
			`UPDATE sessions SET epoch = ? WHERE user_id = ? AND token_hash = ? AND ended_reason = ''`, c.Epoch, c.UserID, tokenHash)
	})
}

// BindWithPassword implements login.PasswordChanges.
func (s *Store) BindWithPassword(ctx context.Context, c login.PasswordChange, b login.Binding, session login.Session) error {
	return s.changePassword(ctx, c, b.AppID, func(tx *conn) error {
		bound, err := insertBinding(ctx, tx, b, session)
		if err != nil {
			return err
		}
		if !bound {
			_, err := refusal(ctx, tx, b, session)
			return err
		}
		if _, err = insertSession(ctx, tx, session); err != nil {
			return err
		}
		return s.tell(ctx, tx, notice(b.UserID, login.NoticeBound, b.AppID))
	})
}

// OpenWithPassword implements login.PasswordChanges.
func (s *Store) OpenWithPassword(ctx context.Context, c login.PasswordChange, session login.Session) error {
	return s.changePassword(ctx, c, session.AppID, func(tx *conn) error {
		bound, err := tx.has(ctx, `SELECT 1 FROM bindings WHERE id = ? AND app_id = ? AND user_id = ?`,
			session.BindingID, session.AppID, session.UserID)
		switch {
		case err != nil:
			return err
		case !bound:
			return answer{login.BindingRemoved}
		}
		_, err = insertSession(ctx, tx, session)
		return err
	})
}
