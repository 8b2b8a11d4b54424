package login

import (
	"context"
	"errors"
	"fmt"
)

// reauthenticate demands that whoever holds the session also holds the WeChat
// that it was opened with: a token that was stolen is not enough.
//
// Errors: ReauthRequired without a code, for one that WeChat does not take (any
// more), and for somebody else's; and what WeChat, the secret and the stores answer.
func (s *Service) reauthenticate(ctx context.Context, route string, caller Caller, visitor Visitor, code string) (*visit, error) {
	if code == "" {
		return nil, ReauthRequired
	}
	caller.AppID = visitor.Session.AppID
	v, err := s.identify(ctx, route, caller, code)
	if errors.Is(err, WXCodeInvalid) || errors.Is(err, WXCodeUsed) {
		return nil, Because(ReauthRequired, err)
	}
	if err != nil {
		return nil, err
	}
	v.trail.UserID = visitor.User.ID
	if v.AppID != visitor.Session.AppID || v.OpenID != visitor.User.Apps[v.AppID].OpenID {
		v.trail.lapse(v.remember()) // so that a repeat is told the same
		return nil, Because(ReauthRequired, fmt.Errorf("the code is %s's, not the session's identity", v.trail.OpenIDHash))
	}
	return v, nil
}

// Unbind removes the binding that the visitor's session was opened under, and
// with it every session under it. The user's only binding is removed only by
// force, for which a fresh code is needed: without one nobody could get in.
//
// Errors: LastBinding; BindingRemoved when that has happened meanwhile; with
// force, those of Delete.
func (s *Service) Unbind(ctx context.Context, caller Caller, visitor Visitor, force bool, code string) error {
	trail := trailOf(ctx)
	remember := func() error { return nil }
	if force {
		v, err := s.reauthenticate(ctx, "unbind", caller, visitor, code)
		if err != nil {
			return err
		}
		remember = v.remember
	}
	binding := Binding{
		ID: visitor.Session.BindingID, AppID: visitor.Session.AppID,
		OpenID: visitor.User.Apps[visitor.Session.AppID].OpenID, UserID: visitor.User.ID,
	}
	err := timed(&trail.Store, func() error {
		return together(
			func() error { return s.Store.Unbind(ctx, binding, !force) },
			func() error { trail.lapse(remember()); return nil },
		)
	})
	switch {
	case errors.Is(err, ErrBindingNotFound):
		return BindingRemoved
	case errors.Is(err, ErrLastBinding):
		return LastBinding
	case err != nil:
		return err
	}
	trail.note(EventUnbind)
	return nil
}

// Export is everything that is held about a user.
type Export struct {
	User     User
	Bindings []Binding
	// Sessions are the living and the dead that are still stored.
	Sessions []Session
}

// Export gives everything that is held about the visitor.
//
// Errors: those of Delete.
func (s *Service) Export(ctx context.Context, caller Caller, visitor Visitor, code string) (Export, error) {
	v, err := s.reauthenticate(ctx, "export", caller, visitor, code)
	if err != nil {
		return Export{}, err
	}
	// The session_key has changed with the code.
	if _, err := s.touch(ctx, v); err != nil && !errors.Is(err, ErrBindingNotFound) {
		return Export{}, err
	}
	export := Export{User: visitor.User}
	err = timed(&v.trail.Store, func() error {
		return together(
			func() (err error) { export.Bindings, err = bindingsOf(ctx, s.Store, visitor.User); return err },
			func() (err error) {
				export.Sessions, err = s.Store.SessionsOfUser(ctx, visitor.User.ID)
				return err
			},
		)
	})
	if err != nil {
		return Export{}, err
	}
	v.trail.note(EventExport)
	return export, nil
}

// Delete removes the visitor with everything that names them.
//
// Errors: ReauthRequired, and what WeChat, the secret and the stores answer.
func (s *Service) Delete(ctx context.Context, caller Caller, visitor Visitor, code string) error {
	v, err := s.reauthenticate(ctx, "delete", caller, visitor, code)
	if err != nil {
		return err
	}
	err = timed(&v.trail.Store, func() error {
		v.trail.lapse(v.remember())
		if err := s.noteDeparture(ctx, v, visitor.User.ID); err != nil {
			return err
		}
		return s.removal().remove(ctx, visitor.User, visitor.Session.TokenHash)
	})
	if errors.Is(err, ErrUserNotFound) {
		return SessionInvalid // somebody else was faster
	}
	return err
}
