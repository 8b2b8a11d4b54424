package login

import (
	"context"
	"errors"
)

// welcome lets in an identity that is not bound and that a checkBind knows nevertheless: as the user who has its
// unionid, or as a new user where a launch makes one. With the identity's index as the tombstone, one whose binding was
// removed before gets neither: who has left is not fetched back. The result is nil if neither applies.
//
// Errors: TooManyRegistrations; and what the store answers.
func (s *Service) welcome(ctx context.Context, x *exchange, related *Owner, tombstone string) (*Login, error) {
	launches := x.app.Policy.registers(RegisterLaunch) && x.index() != ""
	if related == nil && !launches {
		return nil, nil //nolint:nilnil // neither applies
	}
	newcomer, found := x.newcomer(), s.relatedNow
	for range maxDecisions {
		var login *Login
		var err error
		switch {
		case related != nil:
			login, err = s.link(ctx, x, *related, tombstone)
		case !launches:
			return nil, nil //nolint:nilnil // as above
		default:
			login, err = s.users.admitNewcomer(ctx, x, newcomer, tombstone)
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
			if related == nil {
				return nil, nil //nolint:nilnil // they need another way in
			}
			u := unfit.User
			next := Owner{UserID: u.ID, Epoch: u.Epoch, KnownIn: u.KnownIn(x.union())}
			switch {
			case u.Disabled: // nor are they to become another user, even if nobody is bound with the unionid any more
				return nil, nil //nolint:nilnil // they need another way in
			case next.KnownIn == "":
				related, newcomer.Unions, found = nil, nil, nobodyRelated
			case !x.mayBecome(u), *related == next:
				return nil, nil //nolint:nilnil // they need another way in
			default:
				related = &next
			}
			continue
		case errors.Is(err, IdentityBound), errors.Is(err, ErrBindingNotFound):
			if login, err = s.boundMeanwhile(ctx, x); !errors.Is(err, ErrBindingNotFound) {
				return login, err
			}
		case !errors.Is(err, ErrUserNotFound) && !errors.Is(err, ErrUnionTaken):
			return nil, err
		}
		before, taken, gone := related, errors.Is(err, ErrUnionTaken), errors.Is(err, ErrUserNotFound)
		if related, err = found(ctx, x); err != nil {
			return nil, err
		}
		switch {
		case gone && before != nil && related != nil && *before == *related: // it leads to nobody, by an accident
			related, newcomer.Unions, found = nil, nil, nobodyRelated
		case taken && related == nil:
			newcomer.Unions = nil // this mini-program does not link, and somebody of another one has it
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

// nobodyRelated is relatedNow for an identity whose unionid leads to nobody who is bound with it: a user is found by that of a
// binding that was removed, too, but whoever was removed there, as a thief by the operator, or displaced by a rebind, is not
// let in here.
func nobodyRelated(context.Context, *exchange) (*Owner, error) {
	return nil, nil //nolint:nilnil // as its name says
}

// link binds the identity to the user who has its unionid.
//
// Errors: those of userSource.admitOwner.
func (s *Service) link(ctx context.Context, x *exchange, owner Owner, tombstone string) (*Login, error) {
	binding := x.newBinding(owner.UserID, owner.Epoch)
	binding.ID, binding.Union = x.linkID(), x.union()
	return s.users.admitOwner(ctx, x, Admission{
		Binding: binding, Tombstone: tombstone,
		Terms: Terms{Union: x.union(), KnownIn: owner.KnownIn, RegisteredIn: x.app.from()},
	})
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
		login, err := s.welcome(ctx, x, related, "") // they ask for it themselves, so they may have left before
		if login != nil || err != nil {
			return login, err
		}
		if err := s.notBanned(ctx, x); err != nil {
			return nil, err
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
			if err := s.notBanned(ctx, x); err != nil {
				return nil, err
			}
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

// notBanned refuses somebody whose unionid is that of a user who is disabled, if the mini-program looks at unionids: they would
// become another user.
//
// Errors: UserDisabled; and what the store answers.
func (s *Service) notBanned(ctx context.Context, x *exchange) error {
	owner, err := s.relatedNow(ctx, x)
	if owner == nil || err != nil {
		return err
	}
	var user User
	trip := x.trail.roundTrip(ctx)
	read(trip, &user, func() (User, error) { return s.Store.UserByID(ctx, owner.UserID) })
	switch err := trip.wait(); {
	case errors.Is(err, ErrUserNotFound):
		return nil
	case err != nil:
		return err
	case user.Disabled:
		return UserDisabled
	}
	return nil
}
