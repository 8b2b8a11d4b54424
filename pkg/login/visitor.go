package login

import (
	"context"
	"errors"
	"slices"
)

// Menus returns the menus of the visitor's roles.
//
// Errors: what the store answers.
func (s *Service) Menus(ctx context.Context, v Visitor) ([]Menu, error) {
	return timedRead(&TrailOf(ctx).Store, func() ([]Menu, error) { return s.menus.of(ctx, v.User.Roles) })
}

// Logout ends the visitor's session. With all it ends every session of the user. A login that is under way
// counts as one that comes afterwards.
//
// Errors: SessionInvalid when, with all, the user was deleted meanwhile; and what the store answers.
func (s *Service) Logout(ctx context.Context, v Visitor, all bool) error {
	trail := TrailOf(ctx)
	if !all {
		err := timed(&trail.Store, func() error {
			return s.Store.EndSession(ctx, v.User.ID, v.Session.TokenHash, SessionRevoked)
		})
		if err != nil && !errors.Is(err, ErrSessionNotFound) {
			return err
		}
		trail.Note(EventLogout)
		return nil
	}
	err := timed(&trail.Store, func() error { return s.Store.LogoutUser(ctx, v.User.ID, NewID()) })
	if errors.Is(err, ErrUserNotFound) {
		return SessionInvalid
	}
	if err != nil {
		return err
	}
	trail.Note(EventLogoutAll)
	return nil
}

// LiveSessions lists the visitor's live sessions, the newest first.
//
// Errors: what the store answers.
func (s *Service) LiveSessions(ctx context.Context, v Visitor) ([]Session, error) {
	all, err := timedRead(&TrailOf(ctx).Store, func() ([]Session, error) { return s.Store.SessionsOfUser(ctx, v.User.ID) })
	if err != nil {
		return nil, err
	}
	now := s.clock()
	live := slices.DeleteFunc(all, func(session Session) bool { return session.Dead(v.User, now) != "" })
	newestFirst(live)
	return live, nil
}

// RevokeSession ends one of the visitor's sessions by its ID. It succeeds if the session has ended
// already, so it can be repeated.
//
// Errors: NoSuchSession, also for another user's session; and what the store answers.
func (s *Service) RevokeSession(ctx context.Context, v Visitor, id string) error {
	// A session's id has the form of a token's hash.
	if !ValidSessionID(id) {
		return NoSuchSession
	}
	trail := TrailOf(ctx)
	err := timed(&trail.Store, func() error {
		return s.Store.EndSession(ctx, v.User.ID, id, SessionRevoked)
	})
	if errors.Is(err, ErrSessionNotFound) {
		return NoSuchSession
	}
	if err != nil {
		return err
	}
	trail.Note(EventSessionRevoke)
	return nil
}

// maxSessionID is the length of a SHA-256 in base64url.
const maxSessionID = 43

// ValidSessionID says whether id has the form of a session's id.
func ValidSessionID(id string) bool { return plainName(id, maxSessionID) }
