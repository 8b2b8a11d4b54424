package login

import (
	"context"
	"errors"
)

// welcome lets in an identity that is not bound and that a checkBind knows nevertheless: as the user who has its
// unionid, or as a new user where a launch makes one. An identity whose binding was removed before gets neither: who has
// left is not fetched back. The result is nil if neither applies.
//
// Errors: TooManyRegistrations; and what the store answers.
func (s *Service) welcome(ctx context.Context, x *exchange, related *Owner) (*Login, error) {
	launches := x.app.Policy.registers(RegisterLaunch) && x.index() != ""
	if related == nil && !launches {
		return nil, nil //nolint:nilnil // neither applies
	}
	for range maxDecisions {
		var login *Login
		var err error
		switch {
		case related != nil:
			login, err = s.link(ctx, x, *related)
		case !launches:
			return nil, nil //nolint:nilnil // as above
		default:
			login, err = s.users.admitNewcomer(ctx, x, x.newcomer(), x.index())
		}
		var unfit *Unfit
		switch {
		case err == nil:
			return login, nil
		case errors.Is(err, ErrRemovedBefore):
			return nil, nil //nolint:nilnil // they have left
		case errors.Is(err, DirectoryCannot), related != nil && errors.Is(err, UserDisabled):
			return nil, nil //nolint:nilnil // they need another way in
		case errors.As(err, &unfit):
			if related == nil || !x.mayBecome(unfit.User) || related.Epoch == unfit.User.Epoch {
				return nil, nil //nolint:nilnil // they need another way in
			}
			related.Epoch = unfit.User.Epoch
			continue
		case errors.Is(err, IdentityBound), errors.Is(err, ErrBindingNotFound):
			if login, err = s.boundMeanwhile(ctx, x); !errors.Is(err, ErrBindingNotFound) {
				return login, err
			}
		case !errors.Is(err, ErrUserNotFound) && !errors.Is(err, ErrUnionTaken):
			return nil, err
		}
		if related, err = s.relatedNow(ctx, x); err != nil {
			return nil, err
		}
	}
	return nil, Unavailable(errNoDecision)
}

// mayBecome says whether the identity may be bound to a user whom its unionid or number leads to.
func (x *exchange) mayBecome(u User) bool {
	_, elsewhere := u.Apps[x.AppID]
	return !u.Disabled && !elsewhere && x.app.Accepts(u)
}

// relatedNow finds the user of the identity's unionid once more, if the mini-program links.
func (s *Service) relatedNow(ctx context.Context, x *exchange) (related *Owner, err error) {
	if !x.app.Policy.LinkUnionID || x.union() == "" {
		return nil, nil //nolint:nilnil // nobody
	}
	trip := x.trail.roundTrip(ctx)
	read(trip, &related, func() (*Owner, error) { return s.ownerOfUnion(ctx, x) })
	return related, trip.wait()
}

// link binds the identity to the user who has its unionid.
//
// Errors: those of userSource.admitOwner.
func (s *Service) link(ctx context.Context, x *exchange, owner Owner) (*Login, error) {
	binding := x.newBinding(owner.UserID, owner.Epoch)
	binding.ID, binding.Union = x.ownID("link"), x.union()
	login, err := s.users.admitOwner(ctx, x, Admission{
		Binding: binding, Terms: Terms{Union: x.union(), RegisteredIn: x.app.from()}, Tombstone: x.index(),
	})
	if err == nil {
		login.Linked = true
		x.trail.Note(EventLink)
	}
	return login, err
}

// Register makes a user of an identity that is not bound, because the person asks for it, and opens a session. One that
// is bound is logged in. If the mini-program links by unionid, the user who has it is not made twice.
//
// Errors: those of Check; RegisterClosed where the policy does not let people ask; TooManyRegistrations. With a directory
// DirectoryCannot; RegisteredElsewhere and UserBound, if it knows the person already.
func (s *Service) Register(ctx context.Context, caller Caller, code string) (*Login, error) {
	login, err := s.register(ctx, caller, code)
	TrailOf(ctx).noteRefusal(err)
	return login, err
}

func (s *Service) register(ctx context.Context, caller Caller, code string) (*Login, error) {
	x, err := s.exchange(ctx, presented{route: "register", caller: caller, code: code})
	if err != nil {
		return nil, err
	}
	closed := !x.app.Policy.registers(RegisterAsk)
	binding, related, err := s.standing(ctx, x, func(trip *roundTrip) {
		if !closed {
			s.readTallies(trip, ctx, x)
		}
	})
	if err == nil {
		login, err := s.open(ctx, x, binding)
		if err == nil {
			x.asBefore(login, binding)
		}
		return login, err
	}
	if !errors.Is(err, ErrBindingNotFound) {
		return nil, err
	}
	if closed {
		_ = x.trail.roundTrip(ctx).wait() // a record for repeats that cannot be stored is a lapse
		return nil, RegisterClosed
	}
	newcomer := x.newcomer()
	if related != nil {
		login, err := s.welcome(ctx, x, related)
		if login != nil || err != nil {
			return login, err
		}
		newcomer.Unions = nil // it is theirs, and they may not be let in here
	}
	for range maxDecisions {
		login, err := s.users.admitNewcomer(ctx, x, newcomer, "")
		if unfit, ok := errors.AsType[*Unfit](err); ok {
			return nil, x.notAs(unfit.User)
		}
		switch {
		case errors.Is(err, ErrUnionTaken):
			newcomer.Unions = nil // somebody else has it, and may not be let in here
		case errors.Is(err, IdentityBound):
			if login, err = s.boundMeanwhile(ctx, x); !errors.Is(err, ErrBindingNotFound) {
				return login, err
			}
		default:
			return login, err
		}
	}
	return nil, Unavailable(errNoDecision)
}
