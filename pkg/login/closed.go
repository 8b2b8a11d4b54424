package login

import (
	"context"
	"errors"
)

// deletes says whether a user is deleted when the person has closed the WeChat account of their last binding.
func (c Closed) deletes(u User) bool {
	switch c {
	case ClosedAll:
		return true
	case ClosedNone:
		return false
	}
	return u.RegisteredIn != ""
}

// close ends the binding of a person who has closed their WeChat account, and with it its sessions. If it was the user's last one,
// the user may go too. Whatever happens at the same time, a user who goes had no other binding, and one who must go is not left
// without any.
func (s *Service) close(ctx context.Context, p *pushed, b Binding) (bool, error) {
	user, err := timedRead(&p.trail.Store, func() (User, error) { return s.Store.UserByID(ctx, b.UserID) })
	for range maxDecisions {
		if errors.Is(err, ErrUserNotFound) {
			return false, nil // and so is the binding
		}
		if err != nil {
			return false, err
		}
		goes := p.app.Push.Closed.deletes(user)
		if goes && hasOnly(user, b) {
			err = s.leave(ctx, p, user, b)
			if !errors.Is(err, errSpared) {
				return err == nil, noUserIsNothing(err)
			}
			// They were bound in another mini-program meanwhile, or not in this one any more.
		} else {
			err = timed(&p.trail.Store, func() error { return s.Store.Unbind(ctx, b, goes) })
			switch {
			case err == nil:
				p.trail.Note(EventUnbind)
				return true, nil
			case errors.Is(err, ErrBindingNotFound):
				return false, nil
			case !errors.Is(err, ErrLastBinding):
				return false, err
			}
			// Their other bindings went meanwhile.
		}
		user, err = timedRead(&p.trail.Store, func() (User, error) { return s.Store.UserByID(ctx, b.UserID) })
	}
	return false, Unavailable(errNoDecision)
}

// hasOnly says whether b is all that a user is bound by.
func hasOnly(u User, b Binding) bool { return len(u.Apps) == 1 && u.Apps[b.AppID].BindingID == b.ID }

func noUserIsNothing(err error) error {
	if errors.Is(err, ErrUserNotFound) {
		return nil // somebody else was faster
	}
	return err
}

// leave deletes a user as long as b is their only binding. A session that a binding elsewhere opens meanwhile stays.
//
// Errors: errSpared; those of Remove.
func (s *Service) leave(ctx context.Context, p *pushed, user User, b Binding) error {
	trip := p.trail.roundTrip(ctx)
	trip.do(func() error { return s.noteDeparture(ctx, p.secret, user.ID) })
	if err := trip.wait(); err != nil {
		return err
	}
	leaving := removal{
		store:  s.Store,
		spares: func(other Session) bool { return other.BindingID != b.ID },
		still:  func(changed User) bool { return hasOnly(changed, b) },
	}
	return timed(&p.trail.Store, func() error { return leaving.remove(ctx, user) })
}
