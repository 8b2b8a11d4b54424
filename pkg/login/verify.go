package login

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"
)

// Visitor is a user, and the session whose token they came with.
type Visitor struct {
	User    User
	Session Session
}

// Verifier says whose token it is. It needs a store and nothing else.
type Verifier struct {
	Presence Presence
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// slideEvery is how much time must pass before a visit moves a session's idle end again: so there are at
// most ten such writes in an IdleLife.
const slideEvery = IdleLife / 10

// Verify says whose live session a token is for. It takes one round trip, and one more when the
// session's idle end moves. If that cannot be stored, the visit succeeds all the same.
//
// Errors: SessionInvalid for what is not a token, for an unknown one, and for that of a deleted user;
// SessionExpired, SessionRevoked, SessionReplaced, UserDisabled or BindingRemoved, which say why the
// session is dead; and what the store answers.
func (v Verifier) Verify(ctx context.Context, token Hidden) (Visitor, error) {
	visitor, _, err := v.verify(ctx, token)
	return visitor, err
}

// verify is Verify. orphaned says that the session exists and its user does not.
func (v Verifier) verify(ctx context.Context, token Hidden) (visitor Visitor, orphaned bool, err error) {
	t, err := ParseToken(string(token))
	if err != nil {
		return Visitor{}, false, err
	}
	trail := TrailOf(ctx)
	err = timed(&trail.Store, func() error {
		visitor.Session, visitor.User, err = v.Presence.SessionWithUser(ctx, t.UserID, t.Hash())
		return err
	})
	switch {
	case errors.Is(err, ErrUserNotFound):
		return Visitor{}, true, SessionInvalid
	case errors.Is(err, ErrSessionNotFound):
		return Visitor{}, false, SessionInvalid
	case err != nil:
		return Visitor{}, false, err
	// Even a store that compares text loosely must not give away somebody else's session.
	case subtle.ConstantTimeCompare([]byte(visitor.Session.TokenHash), []byte(t.Hash())) != 1:
		return Visitor{}, false, SessionInvalid
	}
	trail.UserID, trail.AppID, trail.OpenIDHash = visitor.User.ID, visitor.Session.AppID, visitor.Session.OpenIDHash
	now := Clock(v.Now)
	if why := visitor.Session.Dead(visitor.User, now); why != "" {
		return Visitor{}, false, why
	}
	v.slide(ctx, trail, &visitor.Session, now)
	return visitor, false, nil
}

// slide moves the session's idle end if it was last moved long enough ago.
func (v Verifier) slide(ctx context.Context, trail *Trail, s *Session, now time.Time) {
	if now.Before(s.SeenAt.Add(slideEvery)) {
		return
	}
	idleEnd := s.AbsoluteEnd
	if end := now.Add(IdleLife); end.Before(idleEnd) {
		idleEnd = end
	}
	err := timed(&trail.Store, func() error { return v.Presence.ExtendSession(ctx, *s, now, idleEnd) })
	if err != nil {
		trail.lapse(err)
		return
	}
	s.SeenAt, s.IdleEnd = now, idleEnd
}

// Verify is Verifier.Verify. If the token is a deleted user's, it also removes the sessions that the
// deletion left behind.
func (s *Service) Verify(ctx context.Context, token Hidden) (Visitor, error) {
	visitor, orphaned, err := Verifier{Presence: s.Store, Now: s.Now}.verify(ctx, token)
	if orphaned {
		if t, err := ParseToken(string(token)); err == nil {
			TrailOf(ctx).lapse(removal{store: s.Store}.sweep(ctx, t.UserID, nil))
		}
	}
	return visitor, err
}
