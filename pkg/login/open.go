package login

import (
	"context"
	"errors"
	"time"
)

// open makes a session under a binding that stands.
//
// Errors: UserDisabled; BindingRemoved and SessionRevoked when that happened
// meanwhile; and what the stores and the directory answer.
func (s *Service) open(ctx context.Context, x *exchange, binding Binding) (*Login, error) {
	x.trail.UserID = binding.UserID
	session, token := s.newSession(x, binding)
	user, others, err := s.enter(ctx, x, session)
	if err != nil {
		// Nobody gets this token.
		x.trail.lapse(s.Store.ForgetSession(ctx, session.UserID, session.TokenHash))
		if errors.Is(err, ErrUserNotFound) {
			return nil, BindingRemoved
		}
		return nil, err
	}
	x.trail.Note(EventLogin)
	return s.finish(ctx, x, user, session, token, others)
}

// enter stores a session, and reads its user and the other sessions in the same
// round trip. The session is stored before anything is known of the user: if it
// must not live, the user as read says so, now and at every later use.
//
// Errors: those of Session.Dead; ErrUserNotFound.
func (s *Service) enter(ctx context.Context, x *exchange, session Session) (user User, others []Session, err error) {
	var profile *Profile
	began := time.Now()
	trip := x.roundTrip(ctx)
	read(trip, &user, func() (User, error) { return s.Store.UserByID(ctx, session.UserID) })
	trip.do(func() error { return s.Store.CreateSession(ctx, session) })
	read(trip, &others, func() ([]Session, error) { return s.Store.SessionsOfUser(ctx, session.UserID) })
	read(trip, &profile, func() (*Profile, error) { return s.users.profile(ctx, x, session.UserID) })
	if err := trip.wait(); err != nil {
		return User{}, nil, err
	}
	if time.Since(began) >= inFlight {
		// The user may have been removed, and the sessions swept, before this one was
		// stored. See removal.
		if _, err := s.Store.UserByID(ctx, session.UserID); err != nil {
			return User{}, nil, err
		}
	}
	if profile != nil && !profile.describes(user) {
		if user, err = s.Store.RefreshUser(ctx, *profile); err != nil {
			return User{}, nil, err
		}
	}
	if why := session.Dead(user, s.clock()); why != "" {
		return User{}, nil, why
	}
	return user, others, nil
}

// newSession is the session that an exchange opens under a binding, and the token to it.
func (s *Service) newSession(x *exchange, binding Binding) (Session, Token) {
	token := NewToken(binding.UserID)
	return Session{
		UserID:      binding.UserID,
		TokenHash:   token.Hash(),
		AppID:       binding.AppID,
		OpenIDHash:  x.trail.OpenIDHash,
		BindingID:   binding.ID,
		CreatedAt:   x.began,
		SeenAt:      x.began,
		IdleEnd:     x.began.Add(IdleLife),
		AbsoluteEnd: x.began.Add(AbsoluteLife),
		Device:      x.caller.Device,
	}, token
}

// finish ends the sessions that this one replaces, forgets those that died long ago,
// and gathers the answer. It costs a round trip only where there are such sessions,
// or menus to read.
func (s *Service) finish(ctx context.Context, x *exchange, user User, session Session, token Token, others []Session) (*Login, error) {
	login := &Login{Token: token.Text(), ExpiresAt: session.IdleEnd, User: user}
	trip := x.roundTrip(ctx)
	read(trip, &login.Menus, func() ([]Menu, error) { return s.menus.of(ctx, user.Roles) })
	// What cannot be tidied up now, the next login does.
	surplus, forgotten := user.sort(others, session, s.clock())
	for _, old := range surplus {
		trip.try(func() error {
			err := s.Store.EndSession(ctx, old.UserID, old.TokenHash, SessionReplaced)
			if errors.Is(err, ErrSessionNotFound) { // another login was faster
				return nil
			}
			return err
		})
	}
	for _, old := range forgotten {
		trip.try(func() error { return s.Store.ForgetSession(ctx, old.UserID, old.TokenHash) })
	}
	if err := trip.wait(); err != nil {
		return nil, err
	}
	return login, nil
}
