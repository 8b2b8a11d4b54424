package dynamostore

import (
	"context"
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// SessionWithUser implements login.Presence.
func (s *Store) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	found, err := s.batch(ctx, "SessionWithUser", map[string][]item{
		s.tables.Sessions: {sessionKey(userID, tokenHash)},
		s.tables.Users:    {userKey(userID)},
	})
	switch {
	case err != nil:
		return login.Session{}, login.User{}, err
	case len(found[s.tables.Sessions]) == 0:
		return login.Session{}, login.User{}, login.ErrSessionNotFound
	case len(found[s.tables.Users]) == 0:
		return login.Session{}, login.User{}, login.ErrUserNotFound
	}
	session, err := sessionOf(found[s.tables.Sessions][0])
	if err != nil {
		return login.Session{}, login.User{}, err
	}
	user, err := userOf(found[s.tables.Users][0])
	if err != nil {
		return login.Session{}, login.User{}, err
	}
	return session, user, nil
}

// ExtendSession implements login.Presence. The item's TTL stays at the session's absolute end, which does not move.
func (s *Store) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	_, err := s.update(ctx, "ExtendSession", s.tables.Sessions, sessionKey(read.UserID, read.TokenHash), expression{
		change:    "SET seenAt = :seen, idleEnd = :end",
		condition: "attribute_exists(tokenHash) AND seenAt = :read AND endedReason = :none",
		values:    item{":seen": millis(seenAt), ":end": millis(idleEnd), ":read": millis(read.SeenAt), ":none": text("")},
	})
	if _, ok := errors.AsType[*refused](err); ok {
		return nil // it has ended, is gone, or was already extended, perhaps by this very write
	}
	return err
}
