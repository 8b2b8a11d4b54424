package login

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// BindRequest is what a person submits on the login page.
type BindRequest struct {
	// Code is a fresh code of the device that submits. It is the proof of identity:
	// it cannot be planted in the page beforehand, as an openid or a ticket could.
	Code string
	// OpenID, if not "", must be the code's own. It is never believed.
	OpenID   string
	Username string
	Password Hidden
}

// Limits of what a bind accepts, in bytes.
const (
	maxOpenID   = 512
	maxPassword = 256
)

// Bind binds the identity behind a fresh code to the user whose password is
// given, and opens a session. Binding to the same user again succeeds, so a bind
// whose answer was lost is simply repeated with a new code.
//
// Errors: those of Check; BindProofRequired, OpenIDInvalid, UsernameMissing,
// UsernameInvalid, PasswordMissing, PasswordInvalid, IdentityMismatch,
// TooManyAttempts, InvalidCredentials, IdentityBound, UserBound.
func (s *Service) Bind(ctx context.Context, caller Caller, r BindRequest) (*Login, error) {
	opened, err := s.bind(ctx, caller, r)
	trailOf(ctx).noteRefusal(err)
	return opened, err
}

func (s *Service) bind(ctx context.Context, caller Caller, r BindRequest) (*Login, error) {
	username, err := s.checkBindRequest(r)
	if err != nil {
		return nil, err
	}
	// Who is it?
	v, err := s.identify(ctx, "bind", caller, r.Code)
	if err != nil {
		return nil, err
	}
	if r.OpenID != "" && r.OpenID != v.OpenID {
		v.trail.lapse(v.remember()) // so that a repeat is told the same
		return nil, IdentityMismatch
	}
	// May they try a password, and whose?
	tries := newTries(v, username)
	userID, err := s.admit(ctx, v, tries, username)
	v.trail.UserID = userID // so that the log names whose password is guessed
	if err != nil {
		s.giveBack(ctx, v, tries)
		return nil, err
	}
	// Is it the right one?
	candidate, err := s.people.authenticate(ctx, v, claim{r.Username, userID, r.Password})
	if errors.Is(err, InvalidCredentials) {
		return nil, s.countWrong(ctx, v, tries)
	}
	if err != nil {
		s.giveBack(ctx, v, tries)
		return nil, err
	}
	// Then bind them.
	return s.bindTo(ctx, v, candidate, tries)
}

// checkBindRequest refuses what cannot succeed before it costs a call to WeChat,
// and gives the folded username.
func (s *Service) checkBindRequest(r BindRequest) (string, error) {
	if r.Code == "" && r.OpenID != "" {
		return "", BindProofRequired
	}
	if err := checkCode(r.Code); err != nil {
		return "", err
	}
	if len(r.OpenID) > maxOpenID || !printableASCII(r.OpenID) {
		return "", OpenIDInvalid
	}
	username, err := s.Username(r.Username)
	if err != nil {
		return "", err
	}
	return username, checkPassword(r.Password)
}

// checkPassword refuses what no user can have as a password. U+FFFD is what is
// left of bytes that were no UTF-8.
func checkPassword(p Hidden) error {
	if p == "" {
		return PasswordMissing
	}
	if len(p) > maxPassword || !utf8.ValidString(string(p)) || strings.ContainsAny(string(p), "\x00\uFFFD") {
		return PasswordInvalid
	}
	return nil
}

// bindTo stores the binding and the session and gives the try back, in one round
// trip.
func (s *Service) bindTo(ctx context.Context, v *visit, c candidate, t tries) (*Login, error) {
	binding := Binding{
		ID: newID(), AppID: v.AppID, OpenID: v.OpenID, UnionID: v.UnionID, UserID: c.user.ID,
		SealedKey: v.sealedKey, BoundAt: v.started, LastLoginAt: v.exchanged,
	}
	session, token := s.newSession(v, binding)
	var standing Binding
	steps := append(t.each(func(m *meter) error { v.trail.lapse(s.release(ctx, m)); return nil }),
		func() (err error) { standing, err = s.Store.Bind(ctx, binding, session); return err },
	)
	err := timed(&v.trail.Store, func() error { return together(steps...) })
	switch {
	case errors.Is(err, ErrAlreadyBound):
		return s.openAgain(ctx, v, standing)
	case errors.Is(err, ErrUserNotFound):
		return nil, InvalidCredentials
	case err != nil:
		return nil, err
	}
	v.trail.note(EventBind)
	return s.finish(ctx, v, c.user, session, token, c.others)
}

// openAgain logs in through the binding that stands already.
func (s *Service) openAgain(ctx context.Context, v *visit, standing Binding) (login *Login, err error) {
	err = together(
		func() (err error) { login, err = s.open(ctx, v, standing); return err },
		func() error {
			_, err := s.Store.TouchBinding(ctx, v.asTouch())
			v.trail.lapse(err)
			return nil
		},
	)
	return login, err
}
