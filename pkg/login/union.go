package login

import (
	"context"
	"errors"
)

// noteUnion makes the binding's user be found by the identity's unionid. WeChat may give one only from some day on, when the
// mini-program has come under an Open Platform account; so every login looks whether it is done. Two users who turn out to
// have one unionid both stay as they are, and the log says it once.
func (s *Service) noteUnion(ctx context.Context, x *exchange, b Binding, union string) error {
	err := s.Store.NoteUnion(ctx, b, union)
	switch {
	case errors.Is(err, ErrUnionTaken):
		x.trail.Note(EventUnionConflict)
		return nil
	case errors.Is(err, ErrBindingNotFound): // then the session is dead as well
		return nil
	}
	return err
}
