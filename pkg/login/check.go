package login

import (
	"context"
	"errors"
	"time"
)

// Login is an opened session.
type Login struct {
	// Token is what the client keeps. It is a secret.
	Token Hidden
	// ExpiresAt is when the token expires if nobody uses it before then.
	ExpiresAt time.Time
	User      User
	Menus     []Menu
	// Created says that the request has made the user, and Linked that it has bound the identity by its unionid.
	Created, Linked bool
}

// Checked is the outcome of Check.
type Checked struct {
	Identity
	// Login is nil when the identity is not bound.
	Login *Login
	// Ways are what can succeed then, in the order in which a page offers them.
	Ways []Way
}

// Check is the route checkBind: is the identity behind the code bound to a user? If so, it opens a
// session. An identity whose binding is removed meanwhile counts as not bound.
//
// Errors: CodeMissing, CodeInvalid, AppIDUnknown; UserDisabled; SessionRevoked when the user's sessions were ended
// meanwhile; for a repeat also SessionReplaced; and what WeChat, the secret, the store and the directory answer.
func (s *Service) Check(ctx context.Context, caller Caller, code string) (Checked, error) {
	checked, err := s.check(ctx, caller, code)
	TrailOf(ctx).noteRefusal(err)
	return checked, err
}

func (s *Service) check(ctx context.Context, caller Caller, code string) (Checked, error) {
	// Who is it?
	x, err := s.exchange(ctx, presented{route: "checkBind", caller: caller, code: code})
	if err != nil {
		return Checked{}, err
	}
	// Are they bound?
	binding, related, err := s.standing(ctx, x, nil)
	if err == nil {
		// Then log them in.
		var login *Login
		if login, err = s.open(ctx, x, binding); err == nil {
			x.asBefore(login, binding)
			return Checked{Identity: x.Identity, Login: login}, nil
		}
	}
	if !errors.Is(err, ErrBindingNotFound) && !errors.Is(err, BindingRemoved) {
		return Checked{}, err
	}
	// Are they known from elsewhere, or welcome as they are?
	if errors.Is(err, ErrBindingNotFound) {
		login, err := s.welcome(ctx, x, related, x.index())
		if login != nil || err != nil && !errors.Is(err, BindingRemoved) {
			return Checked{Identity: x.Identity, Login: login}, err
		}
	}
	_ = x.trail.roundTrip(ctx).wait() // a record for repeats that cannot be stored is a lapse
	return Checked{Identity: x.Identity, Ways: x.ways()}, nil
}

// asBefore makes the login of a repeat say what that of the first request said of the binding that it made.
func (x *exchange) asBefore(l *Login, b Binding) {
	if x.repeated {
		x.saysOf(l, b)
	}
}
