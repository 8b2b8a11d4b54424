package sqlitestore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// SessionWithUser implements login.Presence. It reads both at the same moment.
func (s *Store) SessionWithUser(ctx context.Context, userID, tokenHash string) (session login.Session, user login.User, err error) {
	err = s.read(ctx, func(c *conn) error {
		var row boundUser
		user, err = readUser(ctx, c, &row, append(row.fields(), sessionFields(&session)...), `SELECT `+userColumns+`, `+sessionColumns+`
			FROM sessions s LEFT JOIN users u ON u.id = s.user_id LEFT JOIN bindings b ON b.user_id = s.user_id
			WHERE s.user_id = ? AND s.token_hash = ?`, userID, tokenHash)
		if session.TokenHash == "" {
			return found(err, login.ErrSessionNotFound)
		}
		return found(err, login.ErrUserNotFound)
	})
	if err != nil {
		return login.Session{}, login.User{}, err
	}
	return session, user, nil
}

// ExtendSession implements login.Presence.
func (s *Store) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `UPDATE sessions SET seen_at = ?, idle_end = ?
			WHERE user_id = ? AND token_hash = ? AND seen_at = ? AND ended_reason = ''`,
			seenAt.UnixMilli(), idleEnd.UnixMilli(), read.UserID, read.TokenHash, read.SeenAt.UnixMilli())
		return err
	})
}
