package login

import (
	"context"
	"errors"
	"fmt"
)

// reauthenticate demands a fresh code of the identity that the session was opened with. So a stolen token
// is not enough.
//
// Errors: ReauthRequired without a code, for a code that WeChat calls invalid or used, and for another
// identity's; CodeInvalid; AppIDUnknown when the session's mini-program is no longer configured; and what WeChat, the secret and
// the store answer.
func (s *Service) reauthenticate(ctx context.Context, route string, caller Caller, visitor Visitor, code string) (*exchange, error) {
	trail := TrailOf(ctx)
	trail.UserID = visitor.User.ID
	if code == "" {
		trail.noteRefusal(ReauthRequired)
		return nil, ReauthRequired
	}
	caller.AppID = visitor.Session.AppID
	x, err := s.exchange(ctx, presented{route: route, caller: caller, code: code, onlyApp: true, expect: func(x *exchange) error {
		if x.AppID == visitor.Session.AppID && x.OpenID == visitor.User.Apps[x.AppID].OpenID {
			return nil
		}
		return Because(ReauthRequired, fmt.Errorf("the code is %s's, not the session's identity", x.trail.OpenIDHash))
	}})
	if err == nil && x.repeated {
		err = x.trail.roundTrip(ctx).wait() // only a repeat that counts may go on to what cannot be undone
	}
	if errors.Is(err, WXCodeInvalid) || errors.Is(err, WXCodeUsed) {
		err = Because(ReauthRequired, err)
	}
	trail.noteRefusal(err)
	return x, err
}

// Unbind removes the binding that the visitor's session was opened under, and so ends every session under
// it. The user's only binding is the only way to log in, so it is removed only with force, which needs a
// fresh code. One who has registered and has no password could never come back, nor delete what is left of them: they
// delete themselves instead.
//
// Errors: LastBinding, without force, or of a user who could never come back; BindingRemoved when that happened meanwhile; with force, those of
// Export; and what the store answers.
func (s *Service) Unbind(ctx context.Context, caller Caller, visitor Visitor, force bool, code string) error {
	ctx, trail := trailed(ctx)
	if force {
		if _, err := s.reauthenticate(ctx, "unbind", caller, visitor, code); err != nil {
			return err
		}
	}
	binding := Binding{
		ID: visitor.Session.BindingID, AppID: visitor.Session.AppID,
		OpenID: visitor.User.Apps[visitor.Session.AppID].OpenID, UserID: visitor.User.ID,
		Index: visitor.User.Apps[visitor.Session.AppID].Index,
	}
	trip := trail.roundTrip(ctx)
	keepLast := !force || onlyByBinding(visitor.User)
	trip.do(func() error { return s.Store.Unbind(ctx, binding, keepLast) })
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

// onlyByBinding says whether a user has registered by themselves and has nothing but bindings to log in with. A phone number does not
// count: it logs in only for some time.
func onlyByBinding(u User) bool {
	return u.RegisteredIn != "" && u.PasswordID == "" && u.Username == "" // a directory's user has a username
}

// Export is everything that is stored about a user.
type Export struct {
	User     User
	Bindings []Binding
	// Sessions are all that are still stored, live and dead, the newest first.
	Sessions []Session
}

// Export returns everything that is stored about the visitor. It needs a fresh code.
//
// Errors: ReauthRequired; RecentlyReplaced; CodeInvalid, AppIDUnknown; and what WeChat, the secret and the store answer.
func (s *Service) Export(ctx context.Context, caller Caller, visitor Visitor, code string) (Export, error) {
	if err := s.onProbation(visitor); err != nil {
		return Export{}, err
	}
	x, err := s.reauthenticate(ctx, "export", caller, visitor, code)
	if err != nil {
		return Export{}, err
	}
	// WeChat has given a new session_key with the code.
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

// ExportOf reads everything that is stored about a user.
//
// Errors: what the store answers.
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

// Delete deletes the visitor and everything that names them. It needs a fresh code, and takes a second:
// see removal.
//
// Errors: those of Export; SessionInvalid when the user was deleted meanwhile.
func (s *Service) Delete(ctx context.Context, caller Caller, visitor Visitor, code string) error {
	if err := s.onProbation(visitor); err != nil {
		return err
	}
	x, err := s.reauthenticate(ctx, "delete", caller, visitor, code)
	if err != nil {
		return err
	}
	trip := x.trail.roundTrip(ctx)
	trip.do(func() error { return s.noteDeparture(ctx, x.secret, visitor.User.ID) })
	if err := trip.wait(); err != nil {
		return err
	}
	// The visitor's own session stays until the end, so that they can repeat a deletion that failed.
	leaving := removal{store: s.Store, spares: func(own Session) bool { return own.TokenHash == visitor.Session.TokenHash }}
	err = timed(&x.trail.Store, func() error { return leaving.remove(ctx, visitor.User) })
	if errors.Is(err, ErrUserNotFound) {
		return SessionInvalid // another deletion was faster
	}
	return err
}
