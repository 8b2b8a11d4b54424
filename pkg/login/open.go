package login

import (
	"context"
	"errors"
	"time"
)

// open opens a session under an existing binding. It brings the binding's epoch up to date if need be: see
// catchUp.
//
// Errors: UserDisabled; BindingRemoved or SessionRevoked when that happened meanwhile; for a repeat also
// SessionReplaced; and what the store and the directory answer.
func (s *Service) open(ctx context.Context, x *exchange, binding Binding) (*Login, error) {
	x.trail.UserID = binding.UserID
	session, token := s.newSession(x, binding)
	user, err := s.enter(ctx, x, binding, &session)
	// A repeat may meet a session that has ended since: it stays ended.
	if err == nil && !x.repeated && session.behind(user, s.clock()) {
		binding.Sessions = binding.makeRoom(session, x.shown(binding.UserID), s.clock()).sessions // as stored by now
		if session, err = s.catchUp(ctx, x, binding, session, user.Epoch); err == nil {
			user, err = s.enter(ctx, x, binding, &session)
		}
	}
	if err == nil {
		err = session.judge(user, s.clock())
	}
	if err != nil {
		x.trail.lapse(s.discard(ctx, x, session, err))
		if errors.Is(err, ErrUserNotFound) {
			return nil, BindingRemoved
		}
		return nil, err
	}
	x.trail.Note(EventLogin)
	return s.finish(ctx, x, binding, user, session, token)
}

// discard forgets the session of a login that failed, unless the same request has its token in another
// process. A user who is gone has no use for it there either.
func (s *Service) discard(ctx context.Context, x *exchange, session Session, why error) error {
	if !errors.Is(why, ErrUserNotFound) {
		if alone, err := s.disown(ctx, x); err != nil || !alone {
			return err
		}
	}
	return s.Store.ForgetSession(ctx, session.UserID, session.TokenHash)
}

// enter stores a session with all that goes with it, and in the same round trip reads its user. So the session
// is stored before the store has told anything of the user. That is safe: whether it may live is judged by
// the user as read, now and on every visit. If a repeat of the request has stored it, it is judged, and
// becomes, as it is stored.
//
// Errors: UserDisabled for a user whom the directory has disabled; ErrUserNotFound; and what the store and
// the directory answer.
func (s *Service) enter(ctx context.Context, x *exchange, binding Binding, session *Session) (User, error) {
	opening, err := s.opening(x, binding, *session)
	if err != nil {
		return User{}, err
	}
	var opened Opened
	// A directory is asked first: a login that it refuses, or does not answer, must end no session and take no place.
	profile, refused := s.users.profile(ctx, x, session.UserID)
	began := time.Now()
	trip := x.trail.roundTrip(ctx)
	trip.do(func() (err error) {
		if err = refused; err == nil {
			opened, err = s.Store.Enter(ctx, opening)
		}
		if err != nil && opening.Name != "" { // the request can be repeated all the same
			_, failure := s.Store.SwapRecord(ctx, opening.Name, "", opening.Record)
			x.trail.lapse(failure)
		}
		return err
	})
	if err := trip.wait(); err != nil {
		return User{}, err
	}
	*session = opened.Session
	x.trail.lapse(opened.Untidy)
	x.trail.lapse(s.recorded(ctx, x, opened.Recorded))
	user := opened.User
	if time.Since(began) >= inFlight {
		// The user may have been deleted, and the sessions swept, before this one was stored.
		// See removal.
		if _, err := s.Store.UserByID(ctx, session.UserID); err != nil {
			return User{}, err
		}
	}
	if profile != nil && !profile.describes(user) {
		if user, err = s.Store.RefreshUser(ctx, *profile); err != nil {
			return User{}, err
		}
	}
	return user, nil
}

// opening gathers what opening a session under a binding writes. The record for repeats is part of it, unless
// it is stored already.
func (s *Service) opening(x *exchange, binding Binding, session Session) (Opening, error) {
	room := binding.makeRoom(session, x.shown(binding.UserID), s.clock())
	o := Opening{
		Binding: binding, Touch: x.asTouch(), Session: session,
		Sessions: room.sessions, Ended: room.ended, Forgotten: room.forgotten,
	}
	o.Touch.Opened = session.Mark()
	if !x.unrecorded {
		return o, nil
	}
	x.unrecorded = false
	var err error
	o.Name, o.Record, err = x.recordOf(x.kept)
	return o, err
}

// catchUp gives a session that is not yet anybody's the user's epoch, and so does it to the binding for the
// logins after this one. All sessions of the user have ended since the binding last knew the epoch, or a
// table was restored from another moment than the others. The caller then enters once more, which reads the
// user anew beside the stored session: if the epoch has changed again, the session is dead.
//
// Errors: what the store answers.
func (s *Service) catchUp(ctx context.Context, x *exchange, binding Binding, session Session, epoch string) (Session, error) {
	trip := x.trail.roundTrip(ctx)
	trip.do(func() error { return s.Store.ForgetSession(ctx, session.UserID, session.TokenHash) })
	trip.try(func() error {
		err := s.Store.NoteEpoch(ctx, binding, epoch)
		if errors.Is(err, ErrBindingNotFound) { // then the session is dead as well
			return nil
		}
		return err
	})
	session.Epoch = epoch
	return session, trip.wait()
}

// newSession makes the session that an exchange opens under a binding, and its token.
func (s *Service) newSession(x *exchange, binding Binding) (Session, Token) {
	token := Token{UserID: binding.UserID, secret: x.session}
	return Session{
		UserID:      binding.UserID,
		TokenHash:   token.Hash(),
		AppID:       binding.AppID,
		OpenIDHash:  x.trail.OpenIDHash,
		BindingID:   binding.ID,
		Epoch:       binding.Epoch,
		CreatedAt:   x.began,
		SeenAt:      x.began,
		IdleEnd:     x.began.Add(IdleLife),
		AbsoluteEnd: x.began.Add(AbsoluteLife),
		Device:      x.caller.Device,
	}, token
}

// finish gathers the answer. It costs a round trip only if there are menus that are not cached, or if the binding's user is not
// yet found by the identity's unionid.
func (s *Service) finish(ctx context.Context, x *exchange, binding Binding, user User, session Session, token Token) (*Login, error) {
	login := &Login{Token: token.Text(), ExpiresAt: session.IdleEnd, User: user}
	trip := x.trail.roundTrip(ctx)
	read(trip, &login.Menus, func() ([]Menu, error) { return s.menus.of(ctx, user.Roles) })
	if union := x.union(); union != "" && union != binding.Union {
		trip.try(func() error { return s.noteUnion(ctx, x, binding, union) })
	}
	if err := trip.wait(); err != nil {
		return nil, err
	}
	return login, nil
}
