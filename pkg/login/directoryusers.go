package login

import (
	"context"
	"errors"
)

// directoryUsers are the users of the platform's own directory. wxbind stores them as the directory last
// described them. It lets nobody in without asking the directory: while that cannot answer, nobody logs in.
type directoryUsers struct{ *Service }

// Causes for the operator's log.
var (
	errLeftDirectory = errors.New("the directory no longer knows the user")
	errAnotherUser   = errors.New("the directory described a different user from the one it was asked for")
)

func (directoryUsers) find(context.Context, string) (string, error) { return "", nil }

func (directoryUsers) keepPasswords() bool { return false }

// authenticate asks the directory. Whether the user is disabled here is checked by Store.Bind.
func (s directoryUsers) authenticate(ctx context.Context, x *exchange, claimed claim) (c candidate, err error) {
	profile, err := timedRead(&x.trail.Directory, func() (Profile, error) {
		return s.Directory.Authenticate(ctx, claimed.username, claimed.password)
	})
	if err != nil {
		return candidate{}, err
	}
	c.user, err = s.enroll(ctx, x, profile, NewID())
	return c, err
}

// enroll stores a user whom the directory has just vouched for. epoch is that of a new one.
//
// Errors: UserDisabled, SessionRevoked; and what the store answers.
func (s directoryUsers) enroll(ctx context.Context, x *exchange, p Profile, epoch string) (u User, err error) {
	x.trail.UserID = p.ID
	if p.Disabled {
		return User{}, s.ban(ctx, x, p.ID, nil)
	}
	trip := x.trail.roundTrip(ctx)
	read(trip, &u, func() (User, error) { return s.Store.EnrollUser(ctx, p, x.began, epoch) })
	if err := trip.wait(); err != nil {
		return User{}, err
	}
	return u, timed(&x.trail.Store, func() error { return s.holdOff(ctx, x, u) })
}

// holdOff refuses a bind if its user has left while it was under way. It then deletes the user whom the
// bind has stored.
//
// Errors: SessionRevoked; and what the store answers.
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

// ban refuses a user whom the directory has disabled or no longer knows, and ends the user's sessions. A
// bind that is under way may have been let in by the directory just before, and read the user only after
// this: the note of a departure refuses it.
//
// Errors: always UserDisabled.
func (s directoryUsers) ban(ctx context.Context, x *exchange, userID string, why error) error {
	_ = together( // what fails is noted
		func() error { x.trail.lapse(s.noteDeparture(ctx, x.secret, userID)); return nil },
		func() error {
			if err := s.endSessions(ctx, x, userID); !errors.Is(err, ErrUserNotFound) { // who was never bound has no sessions
				x.trail.lapse(err)
			}
			return nil
		},
	)
	return Because(UserDisabled, why)
}

// endSessions ends the sessions of a user who is banned. A banned user may launch the mini-program again and again: only a launch
// that may end something is noted, and told in a notice.
//
// Errors: ErrUserNotFound; and what the store answers.
func (s directoryUsers) endSessions(ctx context.Context, x *exchange, userID string) error {
	user, err := s.Store.UserByID(ctx, userID)
	if err != nil {
		return err
	}
	if !s.mayHaveSessions(ctx, user) {
		return s.Store.RaiseEpoch(ctx, userID, NewID())
	}
	if err := s.Store.LogoutUser(ctx, userID, NewID()); err != nil {
		return err
	}
	x.trail.Note(EventLogoutAll)
	return nil
}

// mayHaveSessions says whether somebody has logged in under the user's epoch: then the binding of that login knows it (see open).
// If a binding cannot be read, it may be that one.
func (s directoryUsers) mayHaveSessions(ctx context.Context, user User) bool {
	for appID, app := range user.Apps {
		binding, err := s.Store.BindingByOpenID(ctx, appID, app.OpenID)
		if err == nil && binding.Epoch == user.Epoch || err != nil && !errors.Is(err, ErrBindingNotFound) {
			return true
		}
	}
	return false
}
