package sqlitestore

import (
	"context"
	"database/sql"

	"github.com/wxbind/wxbind/pkg/login"
)

const sessionColumns = `s.user_id, s.token_hash, s.app_id, s.openid_hash, s.binding_id, s.epoch, s.created_at, s.seen_at, s.idle_end, s.absolute_end,
	s.ended_reason, s.device`

// sessionFields is where the sessionColumns are scanned to.
func sessionFields(s *login.Session) []any {
	return []any{
		&s.UserID, &s.TokenHash, &s.AppID, &s.OpenIDHash, &s.BindingID, &s.Epoch,
		moment{&s.CreatedAt}, moment{&s.SeenAt}, moment{&s.IdleEnd}, moment{&s.AbsoluteEnd}, &s.EndedReason, &s.Device,
	}
}

// CreateSession implements login.Sessions.
func (s *Store) CreateSession(ctx context.Context, session login.Session) (stored login.Session, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		if created, err := insertSession(ctx, tx, session); err != nil || created {
			stored = session
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions s WHERE s.user_id = ? AND s.token_hash = ?`,
			session.UserID, session.TokenHash).Scan(sessionFields(&stored)...)
	})
	return stored, err
}

// insertSession stores a session unless one with its token is stored.
func insertSession(ctx context.Context, tx *sql.Tx, s login.Session) (created bool, err error) {
	return change(ctx, tx, `INSERT INTO sessions
		(user_id, token_hash, app_id, openid_hash, binding_id, epoch, created_at, seen_at, idle_end, absolute_end, ended_reason, device)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		s.UserID, s.TokenHash, s.AppID, s.OpenIDHash, s.BindingID, s.Epoch, s.CreatedAt.UnixMilli(), s.SeenAt.UnixMilli(),
		s.IdleEnd.UnixMilli(), s.AbsoluteEnd.UnixMilli(), string(s.EndedReason), s.Device)
}

// SessionsOfUser implements login.Sessions.
func (s *Store) SessionsOfUser(ctx context.Context, userID string) ([]login.Session, error) {
	return list(ctx, s.reader, sessionFields, `SELECT `+sessionColumns+` FROM sessions s WHERE s.user_id = ?`, userID)
}

// EndSession implements login.Sessions.
func (s *Store) EndSession(ctx context.Context, userID, tokenHash string, reason login.Code) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		return mustChange(ctx, tx, login.ErrSessionNotFound,
			`UPDATE sessions SET ended_reason = coalesce(nullif(ended_reason, ''), ?) WHERE user_id = ? AND token_hash = ?`,
			string(reason), userID, tokenHash)
	})
}

// ForgetSession implements login.Sessions. What is left of a user who is gone is a deletion.
func (s *Store) ForgetSession(ctx context.Context, userID, tokenHash string) error {
	return s.deletes(ctx, func(tx *sql.Tx) (gone bool, err error) {
		forgot, err := change(ctx, tx, `DELETE FROM sessions WHERE user_id = ? AND token_hash = ?`, userID, tokenHash)
		if err != nil || !forgot {
			return false, err
		}
		err = tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM users WHERE id = ?)`, userID).Scan(&gone)
		return gone, err
	})
}
