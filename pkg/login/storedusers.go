package login

import (
	"context"
	"errors"
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

func (storedUsers) profile(context.Context, *exchange, string) (*Profile, error) { return nil, nil }

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
	read(trip, &c.others, func() ([]Session, error) { return s.Store.SessionsOfUser(ctx, lookup) })
	read(trip, &kinds, func() ([]string, error) { return s.kinds.of(ctx) })
	if err := trip.wait(); err != nil {
		return candidate{}, err
	}

	var ok, outdated bool
	err := timed(&x.trail.Hashing, func() (err error) {
		ok, outdated, err = s.Hasher.Verify(ctx, c.password.Hash, claimed.password, kinds)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return candidate{}, Unavailable(ctx.Err())
	case err != nil:
		return candidate{}, err
	case !ok:
		return candidate{}, InvalidCredentials
	case c.user.PasswordID != c.password.ID:
		return candidate{}, SessionRevoked
	}
	x.trail.UserID = c.user.ID
	if c.user.Disabled {
		return candidate{}, UserDisabled
	}
	if outdated {
		x.trail.lapse(s.rehash(ctx, c, claimed.password))
	}
	return c, nil
}

// rehash stores the password's hash with today's parameters, unless the password was changed meanwhile.
func (s storedUsers) rehash(ctx context.Context, c candidate, password Hidden) error {
	replacement, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.Store.RenewHash(ctx, c.user.ID, c.password.Hash, replacement)
	if errors.Is(err, ErrPasswordChanged) {
		return nil
	}
	return err
}
