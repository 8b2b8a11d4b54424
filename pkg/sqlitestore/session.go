package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

const sessionColumns = `s.user_id, s.token_hash, s.app_id, s.binding_id, s.created_at, s.seen_at, s.idle_end, s.absolute_end, s.ended_reason, s.device`

// sessionFields is where the sessionColumns go.
func sessionFields(s *login.Session) []any {
	return []any{
		&s.UserID, &s.TokenHash, &s.AppID, &s.BindingID, moment{&s.CreatedAt}, moment{&s.SeenAt},
		moment{&s.IdleEnd}, moment{&s.AbsoluteEnd}, &s.EndedReason, &s.Device,
	}
}

// CreateSession implements login.Sessions.
func (s *Store) CreateSession(ctx context.Context, session login.Session) error {
	return s.write(ctx, func(tx *sql.Tx) error { return insertSession(ctx, tx, session) })
}

// insertSession stores a new session. Token hashes do not meet by chance: if this
// one is stored, the same session is.
func insertSession(ctx context.Context, tx *sql.Tx, s login.Session) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		s.UserID, s.TokenHash, s.AppID, s.BindingID, s.CreatedAt.UnixMilli(), s.SeenAt.UnixMilli(),
		s.IdleEnd.UnixMilli(), s.AbsoluteEnd.UnixMilli(), string(s.EndedReason), s.Device)
	return err
}

// SessionWithUser implements login.Sessions.
func (s *Store) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	var session login.Session
	var user login.User
	err := s.reader.QueryRowContext(ctx, `SELECT `+sessionColumns+`, `+userColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.user_id = ? AND s.token_hash = ?`,
		userID, tokenHash).Scan(append(sessionFields(&session), userFields(&user)...)...)
	if errors.Is(err, sql.ErrNoRows) {
		var stored bool
		err = s.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sessions WHERE user_id = ? AND token_hash = ?)`,
			userID, tokenHash).Scan(&stored)
		if err == nil && stored {
			err = answer{login.ErrUserNotFound}
		} else if err == nil {
			err = answer{login.ErrSessionNotFound}
		}
	}
	if err != nil {
		return login.Session{}, login.User{}, failed(ctx, err)
	}
	return session, user, nil
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

// ForgetSession implements login.Sessions.
func (s *Store) ForgetSession(ctx context.Context, userID, tokenHash string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := change(ctx, tx, `DELETE FROM sessions WHERE user_id = ? AND token_hash = ?`, userID, tokenHash)
		return err
	})
}
