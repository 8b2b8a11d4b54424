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
func (s *Service) reauthenticate(ctx context.Context, route string, caller Caller, visitor Visitor, code string) (*exchange, error) {
	if code == "" {
		return nil, ReauthRequired
	}
	TrailOf(ctx).UserID = visitor.User.ID
	caller.AppID = visitor.Session.AppID
	x, err := s.exchange(ctx, presented{route: route, caller: caller, code: code, expect: func(x *exchange) error {
		if x.AppID == visitor.Session.AppID && x.OpenID == visitor.User.Apps[x.AppID].OpenID {
			return nil
		}
		return Because(ReauthRequired, fmt.Errorf("the code is %s's, not the session's identity", x.trail.OpenIDHash))
	}})
	if errors.Is(err, WXCodeInvalid) || errors.Is(err, WXCodeUsed) {
		return nil, Because(ReauthRequired, err)
	}
	return x, err
}

// Unbind removes the binding that the visitor's session was opened under, and
// with it every session under it. The user's only binding is removed only by
// force, for which a fresh code is needed: without one nobody could get in.
//
// Errors: LastBinding; BindingRemoved when that has happened meanwhile; with
// force, those of Delete.
func (s *Service) Unbind(ctx context.Context, caller Caller, visitor Visitor, force bool, code string) error {
	trail := TrailOf(ctx)
	trip := trail.roundTrip()
	if force {
		x, err := s.reauthenticate(ctx, "unbind", caller, visitor, code)
		if err != nil {
			return err
		}
		trip = x.roundTrip(ctx)
	}
	binding := Binding{
		ID: visitor.Session.BindingID, AppID: visitor.Session.AppID,
		OpenID: visitor.User.Apps[visitor.Session.AppID].OpenID, UserID: visitor.User.ID,
	}
	trip.do(func() error { return s.Store.Unbind(ctx, binding, !force) })
	err := trip.wait()
	switch {
	case errors.Is(err, ErrBindingNotFound):
		return BindingRemoved
	case errors.Is(err, ErrLastBinding):
		return LastBinding
	case err != nil:
		return err
	}
	trail.Note(EventUnbind)
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
	x, err := s.reauthenticate(ctx, "export", caller, visitor, code)
	if err != nil {
		return Export{}, err
	}
	// The session_key has changed with the code.
	if _, err := s.touch(ctx, x); err != nil && !errors.Is(err, ErrBindingNotFound) {
		return Export{}, err
	}
	export, err := timedRead(&x.trail.Store, func() (Export, error) { return ExportOf(ctx, s.Store, visitor.User) })
	if err != nil {
		return Export{}, err
	}
	x.trail.Note(EventExport)
	return export, nil
}

// ExportOf reads everything that is held about a user, the newest session first.
func ExportOf(ctx context.Context, store Store, user User) (Export, error) {
	export := Export{User: user}
	err := together(
		func() (err error) { export.Bindings, err = bindingsOf(ctx, store, user); return err },
		func() (err error) { export.Sessions, err = store.SessionsOfUser(ctx, user.ID); return err },
	)
	if err != nil {
		return Export{}, err
	}
	newestFirst(export.Sessions)
	return export, nil
}

// Delete removes the visitor with everything that names them.
//
// Errors: ReauthRequired, and what WeChat, the secret and the stores answer.
func (s *Service) Delete(ctx context.Context, caller Caller, visitor Visitor, code string) error {
	x, err := s.reauthenticate(ctx, "delete", caller, visitor, code)
	if err != nil {
		return err
	}
	trip := x.roundTrip(ctx)
	trip.do(func() error { return s.noteDeparture(ctx, x, visitor.User.ID) })
	if err := trip.wait(); err != nil {
		return err
	}
	err = timed(&x.trail.Store, func() error { return removal{s.Store}.remove(ctx, visitor.User, visitor.Session.TokenHash) })
	if errors.Is(err, ErrUserNotFound) {
		return SessionInvalid // somebody else was faster
	}
	return err
}
