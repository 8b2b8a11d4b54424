package login

import (
	"context"
	"errors"
)

// directoryUsers are the users of the platform's own directory. wxbind stores them as
// the directory last described them, and never lets one in without asking it: while
// it cannot answer, nobody logs in.
type directoryUsers struct{ *Service }

// Why the directory's word is not taken, or is a no.
var (
	errLeftDirectory = errors.New("the directory no longer knows the user")
	errAnotherUser   = errors.New("the directory described another user than it was asked for")
)

func (directoryUsers) find(context.Context, string) (string, error) { return "", nil }

// authenticate leaves it to Bind to say who is disabled here.
func (s directoryUsers) authenticate(ctx context.Context, x *exchange, claimed claim) (c candidate, err error) {
	profile, err := timedRead(&x.trail.Directory, func() (Profile, error) {
		return s.Directory.Authenticate(ctx, claimed.username, claimed.password)
	})
	if err != nil {
		return candidate{}, err
	}
	x.trail.UserID = profile.ID
	if profile.Disabled {
		return candidate{}, s.ban(ctx, x, profile.ID, nil)
	}
	trip := x.roundTrip(ctx)
	read(trip, &c.user, func() (User, error) { return s.Store.EnrollUser(ctx, profile, x.began) })
	read(trip, &c.others, func() ([]Session, error) { return s.Store.SessionsOfUser(ctx, profile.ID) })
	if err := trip.wait(); err != nil {
		return candidate{}, err
	}
	return c, timed(&x.trail.Store, func() error { return s.holdOff(ctx, x, c.user) })
}

// holdOff refuses a bind whose user has left while it was under way, and takes
// back what it has stored of them.
//
// Errors: SessionRevoked.
func (s directoryUsers) holdOff(ctx context.Context, x *exchange, enrolled User) error {
	gone, err := s.departed(ctx, x, enrolled.ID)
	if err != nil || !gone {
		return err
	}
	if len(enrolled.Apps) == 0 {
		x.trail.lapse(s.Store.DeleteUser(ctx, enrolled))
	}
	return SessionRevoked
}

// profile asks the directory.
func (s directoryUsers) profile(ctx context.Context, x *exchange, userID string) (*Profile, error) {
	profile, err := timedRead(&x.trail.Directory, func() (Profile, error) { return s.Directory.Profile(ctx, userID) })
	switch {
	case errors.Is(err, ErrUserNotFound):
		return nil, s.ban(ctx, x, userID, errLeftDirectory)
	case err != nil:
		return nil, err
	case profile.ID != userID:
		return nil, Because(DirectoryUnavailable, errAnotherUser)
	case profile.Disabled:
		return nil, s.ban(ctx, x, userID, nil)
	}
	return &profile, nil
}

// ban refuses a user whom the directory does not let in, or does not know any
// more, and ends the sessions from before. Those that began while it was asked are
// among them: it may have let them in just before the ban.
func (s directoryUsers) ban(ctx context.Context, x *exchange, userID string, why error) error {
	switch err := s.Store.LogoutUser(ctx, userID, s.clock()); {
	case err == nil:
		x.trail.Note(EventLogoutAll)
	case !errors.Is(err, ErrUserNotFound): // nobody who was ever bound
		x.trail.lapse(err)
	}
	return Because(UserDisabled, why)
}
