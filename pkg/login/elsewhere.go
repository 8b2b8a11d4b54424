package login

import (
	"context"
	"errors"
)

// elsewhere are the users of the platform's own directory. wxbind keeps them as
// the directory last described them.
type elsewhere struct{ *Service }

func (elsewhere) find(context.Context, string) (string, error) { return "", nil }

func (s elsewhere) authenticate(ctx context.Context, v *visit, claimed claim) (candidate, error) {
	var profile Profile
	err := timed(&v.trail.Directory, func() (err error) {
		profile, err = s.Directory.Authenticate(ctx, claimed.username, claimed.password)
		return err
	})
	if err != nil {
		return candidate{}, err
	}
	v.trail.UserID = profile.ID
	if profile.Disabled {
		return candidate{}, UserDisabled
	}
	var c candidate
	err = timed(&v.trail.Store, func() error {
		return together(
			func() (err error) { c.user, err = s.Profiles.EnrollUser(ctx, profile, v.started); return err },
			func() (err error) { c.others, err = s.Sessions.SessionsOfUser(ctx, profile.ID); return err },
		)
	})
	switch {
	case err != nil:
		return candidate{}, err
	case c.user.Disabled:
		return candidate{}, UserDisabled
	}
	return c, nil
}

// describe asks the directory. Whom it does not let in, or does not know any
// more, loses the sessions from before, too.
func (s elsewhere) describe(ctx context.Context, v *visit, userID string) (func(context.Context, User) (User, error), error) {
	var profile Profile
	err := timed(&v.trail.Directory, func() (err error) {
		profile, err = s.Directory.Profile(ctx, userID)
		return err
	})
	if err == nil && !profile.Disabled {
		return func(ctx context.Context, u User) (User, error) {
			if profile.describes(u) {
				return u, nil
			}
			return s.Profiles.RefreshUser(ctx, profile)
		}, nil
	}
	if err != nil && !errors.Is(err, ErrUserNotFound) {
		return nil, err
	}
	v.trail.lapse(s.UserAdmin.LogoutUser(ctx, userID, s.clock()))
	return nil, Because(UserDisabled, err)
}
