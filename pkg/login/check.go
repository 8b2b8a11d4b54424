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
}

// Checked is the outcome of Check.
type Checked struct {
	Identity
	// Login is nil when the identity is not bound.
	Login *Login
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
	binding, err := s.standing(ctx, x)
	if errors.Is(err, ErrBindingNotFound) {
		return Checked{Identity: x.Identity}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	// Then log them in.
	login, err := s.open(ctx, x, binding)
	if errors.Is(err, BindingRemoved) {
		return Checked{Identity: x.Identity}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	return Checked{Identity: x.Identity, Login: login}, nil
}
