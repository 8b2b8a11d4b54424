package login

import (
	"context"
	"errors"
)

// Exchanged is the outcome of Exchange.
type Exchanged struct {
	Identity
	Bound bool
}

// Exchange answers code2session: whose code is it, and are they bound? It opens
// no session; the session_key stays here.
//
// Errors: CodeMissing, CodeInvalid, and what WeChat, the secret and the stores
// answer.
func (s *Service) Exchange(ctx context.Context, caller Caller, code string) (Exchanged, error) {
	v, err := s.identify(ctx, "code2session", caller, code)
	if err != nil {
		return Exchanged{}, err
	}
	binding, err := s.touch(ctx, v)
	if err != nil && !errors.Is(err, ErrBindingNotFound) {
		return Exchanged{}, err
	}
	v.trail.UserID = binding.UserID
	return Exchanged{Identity: v.Identity, Bound: err == nil}, nil
}
