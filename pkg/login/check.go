package login

import (
	"context"
	"errors"
	"time"
)

// Login is an opened session.
type Login struct {
	// Token is what the client keeps. It is a secret.
	Token Hidden
	// ExpiresAt is when the token dies unless it is used before.
	ExpiresAt time.Time
	User      User
	Menus     []Menu
}

// Checked is the outcome of Check.
type Checked struct {
	Identity
	// Login is nil when the identity is not bound.
	Login *Login
}

// Check answers checkBind: is the identity behind the code bound to a user? If
// so, it opens a session.
//
// Errors: CodeMissing, CodeInvalid, UserDisabled, and what WeChat, the secret and
// the stores answer.
func (s *Service) Check(ctx context.Context, caller Caller, code string) (Checked, error) {
	// Who is it?
	v, err := s.identify(ctx, "checkBind", caller, code)
	if err != nil {
		return Checked{}, err
	}
	// Are they bound?
	binding, err := s.touch(ctx, v)
	if errors.Is(err, ErrBindingNotFound) {
		return Checked{Identity: v.Identity}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	// Then log them in.
	login, err := s.open(ctx, v, binding)
	if errors.Is(err, BindingRemoved) {
		return Checked{Identity: v.Identity}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	return Checked{Identity: v.Identity, Login: login}, nil
}

// open makes a session under a binding that stands, reading the user and the
// other sessions in the same round trip. The session is stored before anything
// is known of the user: if it must not live, the user as read says so, now and
// at every later use.
//
// Errors: UserDisabled; BindingRemoved and SessionRevoked when that happened meanwhile.
func (s *Service) open(ctx context.Context, v *visit, binding Binding) (*Login, error) {
	v.trail.UserID = binding.UserID
	session, token := s.newSession(v, binding)
	var user User
	var others []Session
	var refresh func(context.Context, User) (User, error)
	began := time.Now()
	err := timed(&v.trail.Store, func() error {
		return together(
			func() (err error) { user, err = s.Store.UserByID(ctx, binding.UserID); return err },
			func() error { return s.Store.CreateSession(ctx, session) },
			func() (err error) { others, err = s.Store.SessionsOfUser(ctx, binding.UserID); return err },
			func() (err error) { refresh, err = s.people.describe(ctx, v, binding.UserID); return err },
		)
	})
	if err == nil && time.Since(began) >= inFlight {
		// The user may have been removed, and the sessions swept, before this one was
		// stored. See removal.
		_, err = s.Store.UserByID(ctx, binding.UserID)
	}
	if err == nil {
		user, err = refresh(ctx, user)
	}
	if err == nil {
		if why := session.Dead(user, s.clock()); why != "" {
			err = why
		}
	}
	if err == nil {
		v.trail.note(EventLogin)
		return s.finish(ctx, v, user, session, token, others)
	}
	// Nobody gets this token.
	v.trail.lapse(s.Store.ForgetSession(ctx, session.UserID, session.TokenHash))
	if errors.Is(err, ErrUserNotFound) {
		return nil, BindingRemoved
	}
	return nil, err
}

// newSession is the session of a visit, and the token to it.
func (s *Service) newSession(v *visit, binding Binding) (Session, Token) {
	token := NewToken(binding.UserID)
	return Session{
		UserID:      binding.UserID,
		TokenHash:   token.Hash(),
		AppID:       binding.AppID,
		OpenIDHash:  v.trail.OpenIDHash,
		BindingID:   binding.ID,
		CreatedAt:   v.started,
		SeenAt:      v.started,
		IdleEnd:     v.started.Add(IdleLife),
		AbsoluteEnd: v.started.Add(AbsoluteLife),
		Device:      v.caller.Device,
	}, token
}

// finish ends the sessions that this one replaces, forgets those that died long
// ago, and gathers the answer. It costs a round trip only where there are such sessions, or menus to read.
func (s *Service) finish(ctx context.Context, v *visit, user User, session Session, token Token, others []Session) (*Login, error) {
	login := &Login{Token: token.Text(), ExpiresAt: session.IdleEnd, User: user}
	steps := []func() error{
		func() (err error) { login.Menus, err = s.menus.of(ctx, user.Roles); return err },
	}
	// What cannot be tidied up now, the next login does.
	surplus, forgotten := user.sort(others, session, s.clock())
	for _, old := range surplus {
		steps = append(steps, func() error {
			err := s.Store.EndSession(ctx, old.UserID, old.TokenHash, SessionReplaced)
			if !errors.Is(err, ErrSessionNotFound) { // another login may have been faster
				v.trail.lapse(err)
			}
			return nil
		})
	}
	for _, old := range forgotten {
		steps = append(steps, func() error {
			v.trail.lapse(s.Store.ForgetSession(ctx, old.UserID, old.TokenHash))
			return nil
		})
	}
	if err := timed(&v.trail.Store, func() error { return together(steps...) }); err != nil {
		return nil, err
	}
	return login, nil
}
