package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	sessionColumns = `s.user_id, s.token_hash, s.app_id, s.openid_hash, s.binding_id, s.epoch,
		s.created_at, s.seen_at, s.idle_end, s.absolute_end, s.ended_reason, s.device`
	deleteSession = `DELETE FROM sessions WHERE user_id = ? AND token_hash = ?`
	selectSession = `SELECT ` + sessionColumns + ` FROM sessions s WHERE s.user_id = ? AND s.token_hash = ?`
)

// sessionFields is where the sessionColumns are scanned to.
func sessionFields(s *login.Session) []any {
	return []any{
		&s.UserID, &s.TokenHash, &s.AppID, &s.OpenIDHash, &s.BindingID, &s.Epoch,
		&s.CreatedAt, &s.SeenAt, &s.IdleEnd, &s.AbsoluteEnd, (*string)(&s.EndedReason), &s.Device,
	}
}

// CreateSession implements login.Sessions.
func (s *Store) CreateSession(ctx context.Context, session login.Session) (stored login.Session, err error) {
	err = s.write(ctx, func(tx *conn) error {
		stored, err = putSession(ctx, tx, session)
		return err
	})
	return stored, err
}

// putSession stores a session unless one with its token is stored, and returns the one that is.
func putSession(ctx context.Context, tx *conn, s login.Session) (stored login.Session, err error) {
	if created, err := insertSession(ctx, tx, s); err != nil || created {
		return s, err
	}
	err = tx.one(ctx, sessionFields(&stored), selectSession, s.UserID, s.TokenHash)
	return stored, err
}

// insertSession stores a session unless one with its token is stored.
func insertSession(ctx context.Context, tx *conn, s login.Session) (created bool, err error) {
	return tx.change(ctx, `INSERT INTO sessions
		(user_id, token_hash, app_id, openid_hash, binding_id, epoch, created_at, seen_at, idle_end, absolute_end, ended_reason, device)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		s.UserID, s.TokenHash, s.AppID, s.OpenIDHash, s.BindingID, s.Epoch, s.CreatedAt.UnixMilli(), s.SeenAt.UnixMilli(),
		s.IdleEnd.UnixMilli(), s.AbsoluteEnd.UnixMilli(), string(s.EndedReason), s.Device)
}

// SessionsOfUser implements login.Sessions.
func (s *Store) SessionsOfUser(ctx context.Context, userID string) (sessions []login.Session, err error) {
	err = s.read(ctx, func(c *conn) error {
		sessions, err = list(ctx, c, sessionFields, `SELECT `+sessionColumns+` FROM sessions s WHERE s.user_id = ?`, userID)
		return err
	})
	return sessions, err
}

// EndSession implements login.Sessions.
func (s *Store) EndSession(ctx context.Context, userID, tokenHash string, reason login.Code) error {
	return s.write(ctx, func(tx *conn) error {
		ended, err := tx.change(ctx, `UPDATE sessions SET ended_reason = ? WHERE user_id = ? AND token_hash = ? AND ended_reason = ''`,
			string(reason), userID, tokenHash)
		switch {
		case err != nil:
			return err
		case ended && reason == login.SessionRevoked:
			return s.tell(ctx, tx, notice(userID, login.NoticeSessionRevoked, ""))
		case ended:
			return nil
		}
		exists, err := tx.has(ctx, `SELECT 1 FROM sessions WHERE user_id = ? AND token_hash = ?`, userID, tokenHash)
		if err == nil && !exists {
			return answer{login.ErrSessionNotFound}
		}
		return err
	})
}

// ForgetSession implements login.Sessions. What is left of a user who is gone is a deletion.
func (s *Store) ForgetSession(ctx context.Context, userID, tokenHash string) error {
	return s.deletes(ctx, func(tx *conn) (gone bool, err error) {
		forgot, err := tx.change(ctx, deleteSession, userID, tokenHash)
		if err != nil || !forgot {
			return false, err
		}
		exists, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, userID)
		return !exists, err
	})
}
