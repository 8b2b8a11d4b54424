package login

import (
	"context"
	"errors"
)

// elsewhere are the users of the platform's own directory. wxbind keeps them as
// the directory last described them, and never lets one in without having asked
// it: while it cannot answer, nobody logs in.
type elsewhere struct{ *Service }

// Why the directory's word is not taken, or is a no.
var (
	errUnknownElsewhere = errors.New("the directory does not know the user any more")
	errAnotherUser      = errors.New("the directory described another user than it was asked for")
)

func (elsewhere) find(context.Context, string) (string, error) { return "", nil }

// authenticate leaves it to Bind to say who is disabled here.
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
		return candidate{}, s.ban(ctx, v, profile.ID, nil)
	}
	var c candidate
	err = timed(&v.trail.Store, func() error {
		return together(
			func() (err error) { c.user, err = s.Store.EnrollUser(ctx, profile, v.started); return err },
			func() (err error) { c.others, err = s.Store.SessionsOfUser(ctx, profile.ID); return err },
		)
	})
	if err != nil {
		return candidate{}, err
	}
	return c, timed(&v.trail.Store, func() error { return s.holdOff(ctx, v, c.user) })
}

// holdOff refuses a bind whose user has left while it was under way, and takes
// back what it has stored of them.
//
// Errors: SessionRevoked.
func (s elsewhere) holdOff(ctx context.Context, v *visit, enrolled User) error {
	gone, err := s.departed(ctx, v, enrolled.ID)
	if err != nil || !gone {
		return err
	}
	if len(enrolled.Apps) == 0 {
		v.trail.lapse(s.Store.DeleteUser(ctx, enrolled))
	}
	return SessionRevoked
}

// describe asks the directory, while the stored user is read.
func (s elsewhere) describe(ctx context.Context, v *visit, userID string) (func(context.Context, User) (User, error), error) {
	var profile Profile
	err := timed(&v.trail.Directory, func() (err error) {
		profile, err = s.Directory.Profile(ctx, userID)
		return err
	})
	switch {
	case errors.Is(err, ErrUserNotFound):
		return nil, s.ban(ctx, v, userID, errUnknownElsewhere)
	case err != nil:
		return nil, err
	case profile.ID != userID:
		return nil, Because(DirectoryUnavailable, errAnotherUser)
	case profile.Disabled:
		return nil, s.ban(ctx, v, userID, nil)
	}
	return func(ctx context.Context, u User) (User, error) {
		if profile.describes(u) {
			return u, nil
		}
		return s.Store.RefreshUser(ctx, profile)
	}, nil
}

// ban refuses a user whom the directory does not let in, or does not know any
// more, and ends the sessions from before. Those that began while it was asked are
// among them: it may have let them in just before the ban.
func (s elsewhere) ban(ctx context.Context, v *visit, userID string, why error) error {
	switch err := s.Store.LogoutUser(ctx, userID, s.clock()); {
	case err == nil:
		v.trail.note(EventLogoutAll)
	case !errors.Is(err, ErrUserNotFound): // nobody who was ever bound
		v.trail.lapse(err)
	}
	return Because(UserDisabled, why)
}
