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
	read(trip, &c.user, func() (User, error) { return s.userIfAny(ctx, lookup) })
	read(trip, &c.others, func() ([]Session, error) { return s.Store.SessionsOfUser(ctx, lookup) })
	read(trip, &kinds, func() ([]string, error) { return s.kinds.of(ctx) })
	if err := trip.wait(); err != nil {
		return candidate{}, err
	}

	var ok, outdated bool
	err := timed(&x.trail.Hashing, func() (err error) {
		ok, outdated, err = s.Hasher.Verify(ctx, c.user.PasswordHash, claimed.password, kinds)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return candidate{}, Unavailable(ctx.Err())
	case err != nil:
		return candidate{}, err
	case !ok:
		return candidate{}, InvalidCredentials
	}
	x.trail.UserID = c.user.ID
	if c.user.Disabled {
		return candidate{}, UserDisabled
	}
	if outdated {
		x.trail.lapse(s.rehash(ctx, c.user, claimed.password))
	}
	return c, nil
}

// userIfAny reads a user. If there is none it returns the zero User, whose empty hash matches no password.
func (s storedUsers) userIfAny(ctx context.Context, id string) (User, error) {
	u, err := s.Store.UserByID(ctx, id)
	if errors.Is(err, ErrUserNotFound) {
		return User{}, nil
	}
	return u, err
}

// rehash stores the password's hash with today's parameters, unless the password was changed meanwhile.
func (s storedUsers) rehash(ctx context.Context, u User, password Hidden) error {
	replacement, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.Store.RenewHash(ctx, u.ID, u.PasswordHash, replacement)
	if errors.Is(err, ErrPasswordChanged) {
		return nil
	}
	return err
}
