package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// SessionWithUser implements login.Presence.
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

// ExtendSession implements login.Presence.
func (s *Store) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := change(ctx, tx, `UPDATE sessions SET seen_at = ?, idle_end = ?
			WHERE user_id = ? AND token_hash = ? AND seen_at = ? AND ended_reason = ''`,
			seenAt.UnixMilli(), idleEnd.UnixMilli(), read.UserID, read.TokenHash, read.SeenAt.UnixMilli())
		return err
	})
}
