package login

import (
	"context"
	"errors"
)

// Identified is the outcome of Code2Session.
type Identified struct {
	Identity
	Bound bool
}

// Code2Session says whose code it is, and whether the identity is bound. It opens no session, and
// does not give the session_key away.
//
// Errors: CodeMissing, CodeInvalid, AppIDUnknown; and what WeChat, the secret and the store answer.
func (s *Service) Code2Session(ctx context.Context, caller Caller, code string) (Identified, error) {
	x, err := s.exchange(ctx, presented{route: "code2session", caller: caller, code: code})
	if err != nil {
		return Identified{}, err
	}
	binding, err := s.touch(ctx, x)
	if err != nil && !errors.Is(err, ErrBindingNotFound) {
		return Identified{}, err
	}
	x.trail.UserID = binding.UserID
	return Identified{Identity: x.Identity, Bound: err == nil}, nil
}
