package login

import (
	"context"
	"errors"
)

// PasswordRequest is what a visitor submits to change their password.
type PasswordRequest struct {
	// Code is a fresh code of the session's own identity.
	Code string
	// Password is the old one.
	Password, NewPassword Hidden
	// Username is for a user who has neither a username nor a password, since they have registered by themselves.
	Username string
}

// errSamePassword is why a password may not replace itself: a temporary one would stay known to whoever
// set it.
var errSamePassword = errors.New("the new password is the old one")

// ChangePassword gives the visitor a new password. It needs the old one and a fresh code. A wrong old one
// counts like a bind's. The visitor's other sessions end; the one that asks goes on. It succeeds if the new
// password is stored already: then an earlier request has done it, and its answer was lost.
//
// A visitor who has neither a username nor a password is given both, without an old one.
//
// Errors: PasswordNotHere for a directory's user; RecentlyReplaced; for a first username UsernameMissing, UsernameInvalid,
// UsernameTaken; PasswordMissing, PasswordInvalid; PasswordTooWeak;
// those of Export; TooManyAttempts, InvalidCredentials; UserDisabled, SessionInvalid and SessionRevoked when
// that happened meanwhile; and those of the hasher.
func (s *Service) ChangePassword(ctx context.Context, caller Caller, visitor Visitor, r PasswordRequest) error {
	ctx, trail := trailed(ctx)
	switch {
	case !s.users.keepPasswords():
		return PasswordNotHere
	case visitor.User.PasswordID == "" && visitor.User.Username == "":
		return s.firstPassword(ctx, caller, visitor, r)
	case visitor.User.PasswordID == "":
		return PasswordNotHere
	}
	if err := s.onProbation(visitor); err != nil {
		return err
	}
	if err := CheckPassword(r.Password); err != nil {
		return err
	}
	if err := s.checkNewPassword(r.NewPassword, r.Password, visitor.User.Username); err != nil {
		return err
	}
	// Is it they themselves?
	x, err := s.reauthenticate(ctx, "password", caller, visitor, r.Code)
	if err != nil {
		return err
	}
	err = s.changePassword(ctx, x, visitor, r)
	if errors.Is(err, InvalidCredentials) || errors.Is(err, TooManyAttempts) {
		trail.noteRefusal(err)
	}
	return err
}

// firstPassword gives a username and a password to a visitor who has neither. Then they can bind another WeChat.
//
// Errors: those of ChangePassword about a new password; UsernameMissing, UsernameInvalid, UsernameTaken.
func (s *Service) firstPassword(ctx context.Context, caller Caller, visitor Visitor, r PasswordRequest) error {
	if err := s.onProbation(visitor); err != nil {
		return err
	}
	username, err := s.Username(r.Username)
	if err != nil {
		return err
	}
	if err := s.checkNewPassword(r.NewPassword, "", username); err != nil {
		return err
	}
	x, err := s.reauthenticate(ctx, "password", caller, visitor, r.Code)
	if err != nil {
		return err
	}
	hash, err := timedRead(&x.trail.Hashing, func() (Hidden, error) { return s.hash(ctx, r.NewPassword) })
	if err != nil {
		return err
	}
	trip := x.trail.roundTrip(ctx)
	trip.try(func() error { return s.touchIfBound(ctx, x, SessionMark{}) })
	trip.do(func() error { return s.Store.ClaimUsername(ctx, visitor.User.ID, username, NewPassword(hash)) })
	err = trip.wait()
	switch {
	case errors.Is(err, ErrUserNotFound):
		return SessionInvalid
	case errors.Is(err, ErrUserChanged): // another request was faster
		return SessionRevoked
	case errors.Is(err, ErrUsernameTaken):
		return UsernameTaken
	case err != nil:
		return err
	}
	x.trail.Note(EventPasswordChange)
	return nil
}

// changePassword is ChangePassword once a code has proved whose request it is.
func (s *Service) changePassword(ctx context.Context, x *exchange, visitor Visitor, r PasswordRequest) error {
	// May they try a password?
	attempt := newAttempt(x, visitor.User.Username)
	if _, err := s.admit(ctx, x, attempt, visitor.User.Username); err != nil {
		s.giveBack(ctx, x, attempt)
		return err
	}
	// Is it the right one?
	claimed := attempt.claim(visitor.User.Username, visitor.User.ID, r.Password, r.NewPassword)
	c, err := storedUsers{s}.authenticate(ctx, x, claimed)
	if err == nil && !c.renewed {
		c.change, err = s.changeTo(ctx, x, c, r.NewPassword)
	}
	if wrong(err) {
		return s.count(ctx, x, attempt, err)
	}
	if err != nil || c.renewed {
		s.giveBack(ctx, x, attempt)
		return err
	}
	// Then replace it.
	err = s.replacePassword(ctx, x, attempt, *c.change, visitor.Session)
	if errors.Is(err, ErrPasswordChanged) {
		return s.alreadyChanged(ctx, x, claimed)
	}
	return err
}

// checkNewPassword refuses what may not become a user's password. It is asked before anything is read, so
// the answer tells nothing about the user.
//
// Errors: PasswordMissing, PasswordInvalid, PasswordTooWeak.
func (s *Service) checkNewPassword(password, old Hidden, username string) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	err := s.PasswordPolicy(password, username)
	if err == nil && password == old {
		err = errSamePassword
	}
	if err != nil {
		return Because(PasswordTooWeak, err)
	}
	return nil
}

// changeTo makes the change of a candidate's password to a permanent one.
//
// Errors: those of the hasher.
func (s *Service) changeTo(ctx context.Context, x *exchange, c candidate, password Hidden) (*PasswordChange, error) {
	hash, err := timedRead(&x.trail.Hashing, func() (Hidden, error) { return s.hash(ctx, password) })
	if err != nil {
		return nil, err
	}
	return &PasswordChange{
		UserID: c.user.ID, OldID: c.password.ID, OldEpoch: c.user.Epoch, Password: NewPassword(hash), Epoch: NewID(),
	}, nil
}

// replacePassword stores the change, and gives the attempt back, all in one round trip. WeChat has given a
// new session_key with the code, so the binding is touched too.
func (s *Service) replacePassword(ctx context.Context, x *exchange, a attempt, change PasswordChange, session Session) error {
	change.OldEpoch = session.Epoch // whatever has ended the session since ends this too
	trip := x.trail.roundTrip(ctx)
	for _, counter := range a.counters() {
		trip.try(func() error { return s.release(ctx, counter) })
	}
	trip.try(func() error { return s.touchIfBound(ctx, x, SessionMark{}) })
	trip.do(func() error { return s.Store.ChangePassword(ctx, change, session.TokenHash) })
	err := trip.wait()
	switch {
	case errors.Is(err, ErrUserNotFound):
		return SessionInvalid
	case errors.Is(err, ErrSessionNotFound):
		return SessionRevoked
	case err != nil:
		return err
	}
	x.trail.Note(EventPasswordChange)
	return nil
}

// alreadyChanged succeeds if the password was changed meanwhile by a repeat of this request.
//
// Errors: SessionRevoked, if it is another one; and what the store and the hasher answer.
func (s *Service) alreadyChanged(ctx context.Context, x *exchange, claimed claim) error {
	claimed.perhapsRenewed = true // no guess: the password was right a moment ago
	c, err := storedUsers{s}.authenticate(ctx, x, claimed)
	switch {
	case err == nil && !c.renewed, wrong(err):
		return SessionRevoked
	}
	return err
}

// renewal decides what a bind does about a temporary password: nil if it is not temporary, or has been
// replaced by an earlier bind whose answer was lost.
//
// Errors: PasswordChangeRequired, PasswordExpired, PasswordNotTemporary; those of the hasher.
func (s *Service) renewal(ctx context.Context, x *exchange, c candidate, newPassword Hidden) (*PasswordChange, error) {
	switch {
	case c.renewed || !c.password.Temporary() && newPassword == "":
		return nil, nil //nolint:nilnil // there is nothing to change
	case !c.password.Temporary():
		return nil, PasswordNotTemporary
	case !s.clock().Before(c.password.TemporaryUntil):
		return nil, PasswordExpired
	case newPassword == "":
		return nil, PasswordChangeRequired
	}
	return s.changeTo(ctx, x, c, newPassword)
}

// wrong says whether an attempt counts as a wrong password: it was one, or nobody knows.
func wrong(err error) bool { return errors.Is(err, InvalidCredentials) || errors.Is(err, ErrUndecided) }

// touchIfBound marks the identity's binding as used now, if there is one, and the session that is opened under
// it, if one is.
func (s *Service) touchIfBound(ctx context.Context, x *exchange, opened SessionMark) error {
	touch := x.asTouch()
	touch.Opened = opened
	_, err := s.Store.TouchBinding(ctx, touch)
	if errors.Is(err, ErrBindingNotFound) {
		return nil
	}
	return err
}
