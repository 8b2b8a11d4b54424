package sqlitestore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// SessionWithUser implements login.Presence. It reads both at the same moment.
func (s *Store) SessionWithUser(ctx context.Context, userID, tokenHash string) (session login.Session, user login.User, err error) {
	err = s.readAtOnce(ctx, func(c *conn) error {
		err := c.one(ctx, sessionFields(&session), selectSession, userID, tokenHash)
		if err != nil {
			return found(err, login.ErrSessionNotFound)
		}
		user, err = userByID(ctx, c, userID)
		return err
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
