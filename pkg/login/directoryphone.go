package login

import (
	"context"
	"errors"
)

// Letting somebody in whom no password has proved, where the users are a directory's. The directory says whose number it
// is, and makes users; the binding is stored as everywhere, on the terms of the mini-program. A number's age is the directory's
// business: wxbind does not know when the user has got it.

// admitOwner asks the directory about the user, as every login does.
func (s directoryUsers) admitOwner(ctx context.Context, x *exchange, a Admission) (*Login, error) {
	profile, err := s.profile(ctx, x, a.Binding.UserID)
	if err != nil {
		return nil, err
	}
	var user User
	trip := x.trail.roundTrip(ctx)
	read(trip, &user, func() (User, error) { return s.Store.RefreshUser(ctx, *profile) })
	if err := trip.wait(); err != nil {
		return nil, err
	}
	if err := timed(&x.trail.Store, func() error { return s.holdOff(ctx, x, user) }); err != nil {
		return nil, err
	}
	a.Binding.Epoch, a.Terms.KnownIn = user.Epoch, user.KnownIn(a.Terms.Union)
	return s.letIn(ctx, x, a, &user)
}

// admitNewcomer makes a user in the directory.
func (s directoryUsers) admitNewcomer(ctx context.Context, x *exchange, u *User, tombstone string) (*Login, error) {
	if tombstone != "" { // the directory is not to make a user of somebody who has left
		var removed bool
		trip := x.trail.roundTrip(ctx)
		read(trip, &removed, func() (bool, error) { return s.Store.RemovedBefore(ctx, tombstone) })
		if err := trip.wait(); err != nil {
			return nil, err
		}
		if removed {
			return nil, ErrRemovedBefore
		}
	}
	if err := s.reserveRegistration(ctx, x); err != nil {
		return nil, err
	}
	profile, err := timedRead(&x.trail.Directory, func() (Profile, error) {
		return s.Directory.Register(ctx, DirectoryRegistration{ID: x.registrationID(u), AppID: x.AppID, Phone: u.Phone.Number})
	})
	if err != nil {
		return nil, err
	}
	profile.RegisteredIn = u.RegisteredIn
	return s.admitProfile(ctx, x, profile, u.Epoch, tombstone)
}

// registrationID stands for a newcomer at the directory. It is the identity's; where the mini-program links by unionid it is the
// unionid's, unless that leads to somebody else already. So first launches in several mini-programs at once make one user.
func (x *exchange) registrationID(u *User) string {
	parts := []string{"identity", x.AppID, x.OpenID}
	if x.app.Policy.LinkUnionID && len(u.Unions) > 0 {
		parts = []string{"unionid", x.UnionID}
	}
	if id := x.secret.Index("registration", parts...); id != "" {
		return id
	}
	return x.secret.Hash("registration", parts...)
}

// admitProfile lets the identity in as a user whom the directory has just named. epoch is that of one who is new here.
//
// Errors: UserDisabled, SessionRevoked; those of letIn.
func (s directoryUsers) admitProfile(ctx context.Context, x *exchange, p Profile, epoch, tombstone string) (*Login, error) {
	user, err := s.enroll(ctx, x, p, epoch)
	if err != nil {
		return nil, err
	}
	return s.letIn(ctx, x, Admission{
		Binding: x.newBinding(user.ID, user.Epoch), Terms: Terms{RegisteredIn: x.app.from()}, Tombstone: tombstone,
	}, &user)
}

// enterByPhone asks the directory whose number it is. If it knows nobody, the directory makes the user, where the policy says so.
func (s directoryUsers) enterByPhone(ctx context.Context, t *tap) (*Login, error) {
	// What was paid for is kept before anybody else is asked.
	if err := t.trail.roundTrip(ctx).wait(); err != nil {
		return nil, err
	}
	for range maxDecisions {
		login, err := s.decideByPhone(ctx, t)
		if unfit, ok := errors.AsType[*Unfit](err); ok {
			return nil, t.notAs(unfit.User)
		}
		switch {
		case errors.Is(err, IdentityBound):
			if login, err = s.boundMeanwhile(ctx, t.exchange); !errors.Is(err, ErrBindingNotFound) {
				return login, err
			}
		case !errors.Is(err, ErrUserNotFound): // deleted here since they were stored
			return login, err
		}
	}
	return nil, Unavailable(errNoDecision)
}

func (s directoryUsers) decideByPhone(ctx context.Context, t *tap) (*Login, error) {
	profile, err := timedRead(&t.trail.Directory, func() (Profile, error) {
		return s.Directory.ByPhone(ctx, t.AppID, t.phone.Number)
	})
	unknown := errors.Is(err, ErrUserNotFound)
	switch {
	case unknown && t.app.Policy.registers(RegisterPhone):
		newcomer := t.newcomer()
		newcomer.Phone = t.phone
		return s.admitNewcomer(ctx, t.exchange, newcomer, "")
	case unknown:
		return nil, PhoneUnknown
	case err != nil:
		return nil, err
	case t.app.Policy.PhoneTrust == 0:
		return nil, PhoneStale
	}
	return s.admitProfile(ctx, t.exchange, profile, NewID(), "")
}

// notAs says why the identity is not let in as a user who does not fulfil the terms.
func (x *exchange) notAs(u User) error {
	switch _, here := u.Apps[x.AppID]; {
	case u.Disabled:
		return UserDisabled
	case here:
		return UserBound
	case !x.app.Accepts(u):
		return RegisteredElsewhere
	}
	return SessionRevoked // their sessions were ended meanwhile
}
