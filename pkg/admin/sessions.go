package admin

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// RevokeSession ends one of a user's sessions by its ID. It succeeds if the session has ended already, so
// it can be repeated.
//
// Errors: those of User; ErrSessionNotFound.
func (s *Service) RevokeSession(ctx context.Context, username, sessionID string) error {
	id, err := s.find(ctx, username)
	if err != nil {
		return err
	}
	if !login.ValidSessionID(sessionID) {
		return login.ErrSessionNotFound
	}
	if err := s.Store.EndSession(ctx, id, sessionID, login.SessionRevoked); err != nil {
		return err
	}
	noteUser(ctx, id, login.EventSessionRevoke)
	return nil
}

// RevokeSessions ends all sessions of a user. A login that is under way counts as one that comes afterwards.
//
// Errors: those of User.
func (s *Service) RevokeSessions(ctx context.Context, username string) error {
	return s.endSessions(ctx, username, s.Store.LogoutUser, login.EventLogoutAll)
}

// endSessions ends all sessions of a user with a write that replaces the epoch, and notes the event.
func (s *Service) endSessions(ctx context.Context, username string, write func(ctx context.Context, id, epoch string) error, e login.Event) error {
	id, err := s.find(ctx, username)
	if err != nil {
		return err
	}
	if err := write(ctx, id, login.NewID()); err != nil {
		return err
	}
	noteUser(ctx, id, e)
	return nil
}

// RemoveBindings removes a user's binding in an app, or in all apps if appID is "". It removes the user's
// last binding too. That ends the sessions under each binding, and the identity is not let in again by its unionid or by a launch.
// It returns the apps in which it removed one,
// also when it fails later.
//
// Errors: those of User; ErrBindingNotFound when there is none.
func (s *Service) RemoveBindings(ctx context.Context, username, appID string) (removed []string, err error) {
	u, err := s.User(ctx, username)
	if err != nil {
		return nil, err
	}
	for _, in := range slices.Sorted(maps.Keys(u.Apps)) {
		if appID != "" && in != appID {
			continue
		}
		app := u.Apps[in]
		err := s.Store.Unbind(ctx, login.Binding{ID: app.BindingID, AppID: in, OpenID: app.OpenID, UserID: u.ID, Index: app.Index}, false)
		if errors.Is(err, login.ErrBindingNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return removed, err
		}
		removed = append(removed, in)
		noteUser(ctx, u.ID, login.EventUnbind)
	}
	if removed == nil {
		return nil, login.ErrBindingNotFound
	}
	return removed, nil
}
