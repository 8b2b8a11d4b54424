package login

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// storedUsers are the users that wxbind keeps itself.
type storedUsers struct{ *Service }

func (s storedUsers) find(ctx context.Context, username string) (string, error) {
	id, err := s.Store.UserIDByName(ctx, username)
	if errors.Is(err, ErrUserNotFound) {
		return "", nil
	}
	return id, err
}

func (storedUsers) keepPasswords() bool { return true }

func (storedUsers) profile(context.Context, *exchange, string) (*Profile, error) { return nil, nil }

func (s storedUsers) admitOwner(ctx context.Context, x *exchange, a Admission) (*Login, error) {
	return s.letIn(ctx, x, a, nil)
}

func (s storedUsers) admitNewcomer(ctx context.Context, x *exchange, u *User, tombstone string) (*Login, error) {
	return s.admitInPlaceOf(ctx, x, u, "", tombstone)
}

// admitInPlaceOf is admitNewcomer for somebody to whom another user yields the phone number; "" for nobody.
func (s storedUsers) admitInPlaceOf(ctx context.Context, x *exchange, u *User, yields, tombstone string) (*Login, error) {
	if x.repeated {
		var left bool
		trip := x.trail.roundTrip(ctx)
		read(trip, &left, func() (bool, error) { return s.departed(ctx, x, u.ID) })
		if err := trip.wait(); err != nil {
			return nil, err
		}
		if left {
			return nil, BindingRemoved
		}
	}
	if tombstone != "" { // who has left does not count as a registration with each launch
		var removed bool
		trip := x.trail.roundTrip(ctx)
		read(trip, &removed, func() (bool, error) { return s.Store.RemovedBefore(ctx, tombstone) })
		if x.tallies == nil {
			s.readTallies(trip, ctx, x)
		}
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
	a := Admission{Binding: x.newBinding(u.ID, u.Epoch), Newcomer: u, Yields: yields, Tombstone: tombstone}
	if len(u.Unions) > 0 {
		a.Binding.Union = u.Unions[0]
	}
	return s.letIn(ctx, x, a, u)
}

// authenticate reads and hashes just as much for a user who does not exist.
func (s storedUsers) authenticate(ctx context.Context, x *exchange, claimed claim) (candidate, error) {
	lookup := claimed.userID
	if lookup == "" {
		lookup = NewID()
	}
	var c candidate
	var kinds []string
	trip := x.trail.roundTrip(ctx)
	trip.do(func() (err error) {
		c.user, c.password, err = s.Store.UserWithPassword(ctx, lookup)
		if errors.Is(err, ErrUserNotFound) { // the empty hash matches no password
			return nil
		}
		return err
	})
	read(trip, &kinds, func() ([]string, error) { return s.kinds.of(ctx) })
	if err := trip.wait(); err != nil {
		return candidate{}, err
	}

	ok, outdated, err := s.verify(ctx, x, c, claimed.password, kinds)
	if err == nil && !ok && claimed.perhapsRenewed && c.boundTo(x.Identity) {
		// Perhaps an earlier request has replaced the password, and its answer was lost. It takes as long for a
		// temporary password, which no user has chosen, so that the time does not show that it is one.
		ok, outdated, err = s.verify(ctx, x, c, claimed.newPassword, kinds)
		ok = ok && !c.password.Temporary()
		c.renewed = ok
		if err != nil { // the claimed password was wrong, and nobody knows about the other one
			err = fmt.Errorf("%w: %w", ErrUndecided, err)
		}
	}
	switch {
	case err != nil:
		return candidate{}, err
	case !ok: // even if it took longer than there was time: a hash that has begun counts
		return candidate{}, InvalidCredentials
	case ctx.Err() != nil:
		return candidate{}, Unavailable(ctx.Err())
	case c.user.PasswordID != c.password.ID:
		return candidate{}, SessionRevoked
	}
	x.trail.UserID = c.user.ID
	if c.user.Disabled {
		return candidate{}, UserDisabled
	}
	if outdated && claimed.newPassword == "" { // else it is new, or about to be replaced
		x.trail.lapse(s.rehash(ctx, c, claimed.password))
	}
	return c, nil
}

// bindTime is what a request needs after a hash, to store its outcome.
const bindTime = 500 * time.Millisecond

// early is the context of a hash. It ends before the request's, since a hash that leaves no time to bind is
// in vain.
func early(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-bindTime))
	}
	return ctx, func() {}
}

// verify says whether a password is the candidate's, and whether its hash is outdated.
func (s storedUsers) verify(ctx context.Context, x *exchange, c candidate, password Hidden, kinds []string) (ok, outdated bool, err error) {
	ctx, cancel := early(ctx)
	defer cancel()
	err = timed(&x.trail.Hashing, func() error {
		ok, outdated, err = s.Hasher.Verify(ctx, c.password.Hash, password, kinds)
		return err
	})
	return ok, outdated, err
}

// hash makes a hash of a password, unless that would leave no time to store it.
func (s *Service) hash(ctx context.Context, password Hidden) (Hidden, error) {
	ctx, cancel := early(ctx)
	defer cancel()
	return s.Hasher.Hash(ctx, password)
}

// rehash stores the password's hash with today's parameters, unless the password was changed meanwhile.
func (s storedUsers) rehash(ctx context.Context, c candidate, password Hidden) error {
	replacement, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.Store.RenewHash(ctx, c.user.ID, c.password.Hash, replacement)
	if errors.Is(err, ErrPasswordChanged) {
		return nil
	}
	return err
}
