package login

import (
	"context"
	"errors"
	"time"
)

// A new WeChat for the same account, on one page.
//
// Whoever has lost their WeChat, or got another, binds with the password and asks for the place of the former one. In one
// step the former binding goes, and its sessions die as binding_removed. A thief who knows the password could do the same. So
// it works once in a day; the one who was displaced first may take the place back for a week, with the same password; and in that
// week the new binding cannot make it its own: it changes neither password nor phone number, and neither exports nor deletes
// the account.
const (
	// rebindPause is how long it takes until the place can be taken again.
	rebindPause = 24 * time.Hour
	// takeBack is how long the displaced identity may take its place back.
	takeBack = 7 * 24 * time.Hour
)

// rebind gives the identity the place of the user's other one in this mini-program. If phone is not zero, the user has proved by
// it who they are, and must have it still. An identity that has the place already is logged in.
//
// Errors: RebindClosed, RebindTooSoon; IdentityBound; UserBound when others change the user's binding at the same time;
// UserDisabled and SessionRevoked when that happened meanwhile; and what the store answers.
func (s *Service) rebind(ctx context.Context, x *exchange, user User, phone Phone) (*Login, error) {
	if !x.app.Policy.Rebind {
		return nil, RebindClosed
	}
	former := user.Apps[x.AppID]
	if former.OpenID == x.OpenID { // another request has just done it
		if login, err := s.boundBy(ctx, x, user.ID); login != nil || err != nil {
			return login, err
		}
		return nil, UserBound // or perhaps not, by now
	}
	replacement := Replacement{At: s.clock(), OpenID: former.OpenID}
	last, before := user.Replaced[x.AppID]
	switch since := replacement.At.Sub(last.At); {
	case !before:
	case last.OpenID != "" && last.OpenID == x.OpenID && since < takeBack:
		replacement.OpenID = "" // the place is theirs, and nobody else may take it back
	case since < rebindPause:
		return nil, &Error{Code: RebindTooSoon, RetryAfter: rebindPause - since}
	case last.OpenID != "" && since < takeBack:
		// Who was displaced first may still come back: else a thief with two WeChats would displace one with the other.
		replacement.OpenID = last.OpenID
	}
	binding := x.newBinding(user.ID, user.Epoch)
	session, token := s.newSession(x, binding)
	binding.Sessions = []SessionMark{session.Mark()}
	trip := x.trail.roundTrip(ctx)
	trip.do(func() error {
		return s.Store.Rebind(ctx, Rebinding{
			Binding: binding, Session: session, Former: former, Replacement: replacement, Phone: phone,
		})
	})
	err := trip.wait()
	if unfit, ok := errors.AsType[*Unfit](err); ok {
		if unfit.User.Disabled {
			return nil, UserDisabled
		}
		return nil, SessionRevoked
	}
	if errors.Is(err, IdentityBound) || errors.Is(err, ErrUserChanged) || errors.Is(err, BindingRemoved) {
		// Perhaps another request of the same person was faster.
		if login, err := s.boundBy(ctx, x, user.ID); login != nil || err != nil {
			return login, err
		}
	}
	switch {
	case errors.Is(err, ErrUserChanged):
		return nil, UserBound
	case errors.Is(err, ErrUserNotFound):
		return nil, InvalidCredentials
	case err != nil:
		return nil, err
	}
	user.Apps = mapWith(user.Apps, binding)
	x.trail.Note(EventRebind)
	return s.finish(ctx, x, binding, user, session, token)
}

// boundBy opens a session if the identity is bound to a user by now. The result is nil if it is not.
//
// Errors: those of open.
func (s *Service) boundBy(ctx context.Context, x *exchange, userID string) (*Login, error) {
	var binding Binding
	trip := x.trail.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) { return s.Store.BindingByOpenID(ctx, x.AppID, x.OpenID) })
	err := trip.wait()
	switch {
	case errors.Is(err, ErrBindingNotFound), err == nil && binding.UserID != userID:
		return nil, nil //nolint:nilnil // it is not
	case err != nil:
		return nil, err
	}
	return s.openMade(ctx, x, binding)
}

// onProbation says whether the session's binding has taken another's place so lately that it may be taken back. That is not so
// for the displaced identity itself: it is bound again once the new binding was removed.
//
// Errors: RecentlyReplaced.
func (s *Service) onProbation(v Visitor) error {
	last := v.User.Replaced[v.Session.AppID]
	if last.OpenID == "" || last.OpenID == v.User.Apps[v.Session.AppID].OpenID {
		return nil
	}
	if wait := takeBack - s.clock().Sub(last.At); wait > 0 {
		return &Error{Code: RecentlyReplaced, RetryAfter: wait}
	}
	return nil
}
