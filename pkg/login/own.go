package login

import (
	"context"
	"errors"
)

// own are the users that wxbind keeps itself.
type own struct{ *Service }

func (s own) find(ctx context.Context, username string) (string, error) {
	id, err := s.Store.UserIDByName(ctx, username)
	if errors.Is(err, ErrUserNotFound) {
		return "", nil
	}
	return id, err
}

func (own) describe(context.Context, *visit, string) (func(context.Context, User) (User, error), error) {
	return func(_ context.Context, u User) (User, error) { return u, nil }, nil
}

// authenticate reads and hashes just as much for a user who does not exist.
func (s own) authenticate(ctx context.Context, v *visit, claimed claim) (candidate, error) {
	lookup := claimed.userID
	if lookup == "" {
		lookup = newID()
	}
	var c candidate
	var kinds []string
	err := timed(&v.trail.Store, func() error {
		return together(
			func() (err error) {
				if c.user, err = s.Store.UserByID(ctx, lookup); errors.Is(err, ErrUserNotFound) {
					return nil
				}
				return err
			},
			func() (err error) { c.others, err = s.Store.SessionsOfUser(ctx, lookup); return err },
			func() (err error) { kinds, err = s.kinds.of(ctx); return err },
		)
	})
	if err != nil {
		return candidate{}, err
	}

	var ok, outdated bool
	err = timed(&v.trail.Hashing, func() (err error) {
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
	v.trail.UserID = c.user.ID
	if c.user.Disabled {
		return candidate{}, UserDisabled
	}
	if outdated {
		v.trail.lapse(s.rehash(ctx, c.user, claimed.password))
	}
	return c, nil
}

// rehash stores the password under today's parameters, unless it was changed
// meanwhile.
func (s own) rehash(ctx context.Context, u User, password Hidden) error {
	replacement, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.Store.ReplacePassword(ctx, u.ID, u.PasswordHash, replacement, u.NotBefore)
	if errors.Is(err, ErrPasswordChanged) {
		return nil
	}
	return err
}
