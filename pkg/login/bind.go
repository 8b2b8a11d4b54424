package login

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// BindRequest is what a person submits on the login page.
type BindRequest struct {
	// Code is a fresh code from the device that submits the page. It proves the identity: nobody can
	// plant it in the page beforehand, as they could an openid or a ticket.
	Code string
	// OpenID, if not "", must be the one behind the code. It is compared and never believed.
	OpenID   string
	Username string
	Password Hidden
	// NewPassword replaces a temporary password; "" if none is to be replaced.
	NewPassword Hidden
	// Replace asks for the place of the user's binding of another WeChat; see rebind.go.
	Replace bool
}

// Limits of what a bind accepts, in bytes.
const (
	maxOpenID   = 512
	maxPassword = 256
)

// Bind binds the identity behind a fresh code to the user whose password is given, and opens a
// session. Binding to the same user again succeeds, so a client whose answer was lost can bind again
// with a new code, or repeat the request: see repeat.go.
//
// A temporary password only opens the way to a permanent one, which must come with it: both are replaced
// and bound in one step. That too can be sent again with a new code.
//
// Errors: those of Check; BindProofRequired, OpenIDInvalid, UsernameMissing, UsernameInvalid,
// PasswordMissing, PasswordInvalid, PasswordTooWeak, PasswordNotHere, PasswordChangeRequired,
// PasswordExpired, PasswordNotTemporary, IdentityMismatch, TooManyAttempts, Overloaded, InvalidCredentials,
// IdentityBound, UserBound; with Replace RebindClosed, RebindTooSoon; BindingRemoved when the identity was bound already and that binding was
// removed meanwhile; and what the hasher answers about a hash that it cannot read.
func (s *Service) Bind(ctx context.Context, caller Caller, r BindRequest) (*Login, error) {
	opened, err := s.bind(ctx, caller, r)
	TrailOf(ctx).noteRefusal(err)
	return opened, err
}

func (s *Service) bind(ctx context.Context, caller Caller, r BindRequest) (*Login, error) {
	username, err := s.checkBindRequest(r)
	if err != nil {
		return nil, err
	}
	// Who is it?
	x, err := s.exchange(ctx, presented{route: "bind", caller: caller, code: r.Code, expect: func(x *exchange) error {
		if r.OpenID != "" && r.OpenID != x.OpenID {
			return IdentityMismatch
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	// May they try a password, and whose?
	attempt := newAttempt(x, username)
	userID, err := s.admit(ctx, x, attempt, username)
	x.trail.UserID = userID // so that the log names whose password is guessed
	if err != nil {
		s.giveBack(ctx, x, attempt)
		return nil, err
	}
	// Is it the right one?
	claimed := attempt.claim(Trim(r.Username), userID, r.Password, r.NewPassword)
	candidate, err := s.users.authenticate(ctx, x, claimed)
	if err == nil {
		candidate.change, err = s.renewal(ctx, x, candidate, r.NewPassword)
	}
	if wrong(err) {
		return nil, s.count(ctx, x, attempt, err)
	}
	if err != nil {
		s.giveBack(ctx, x, attempt)
		return nil, err
	}
	// Then bind them.
	login, err := s.bindTo(ctx, x, candidate, attempt)
	switch {
	case errors.Is(err, ErrPasswordChanged):
		return s.bindAfterChange(ctx, x, claimed, attempt)
	case errors.Is(err, UserBound) && r.Replace && candidate.change == nil:
		return s.rebindCandidate(ctx, x, candidate)
	}
	return login, err
}

// rebindCandidate gives the identity the place of the other one to which a user is bound who has just proved who they are.
func (s *Service) rebindCandidate(ctx context.Context, x *exchange, c candidate) (*Login, error) {
	var user User
	trip := x.trail.roundTrip(ctx)
	read(trip, &user, func() (User, error) { return s.Store.UserByID(ctx, c.user.ID) })
	err := trip.wait()
	switch {
	case errors.Is(err, ErrUserNotFound):
		return nil, InvalidCredentials
	case err != nil:
		return nil, err
	case user.Epoch != c.user.Epoch: // perhaps it is the password of before
		return nil, SessionRevoked
	}
	return s.rebind(ctx, x, user, Phone{})
}

// checkBindRequest refuses a request that cannot succeed, before it costs a call to WeChat. It returns
// the folded username.
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
	if err := CheckPassword(r.Password); err != nil || r.NewPassword == "" {
		return username, err
	}
	if !s.users.keepPasswords() {
		return "", PasswordNotHere
	}
	return username, s.checkNewPassword(r.NewPassword, r.Password, username)
}

// CheckPassword refuses what no user can have as a password: an empty one, more than 256 bytes, what
// is not UTF-8, and what has a NUL or U+FFFD, which is what decoding leaves of bytes that are not UTF-8.
//
// Errors: PasswordMissing, PasswordInvalid.
func CheckPassword(p Hidden) error {
	if p == "" {
		return PasswordMissing
	}
	if len(p) > maxPassword || !utf8.ValidString(string(p)) || strings.ContainsAny(string(p), "\x00\uFFFD") {
		return PasswordInvalid
	}
	return nil
}

// bindTo stores the binding and the session, and gives the attempt back, all in one round trip. If the
// candidate's password is to be replaced, that is part of the same step.
//
// Errors: ErrPasswordChanged, if it was replaced meanwhile.
func (s *Service) bindTo(ctx context.Context, x *exchange, c candidate, a attempt) (*Login, error) {
	binding := x.newBinding(c.user.ID, c.epoch())
	event := EventBind
	if c.change != nil && c.boundTo(x.Identity) {
		binding.ID, event = c.user.Apps[x.AppID].BindingID, EventLogin
	}
	session, token := s.newSession(x, binding)
	binding.Sessions = []SessionMark{session.Mark()}
	var standing Binding
	trip := x.trail.roundTrip(ctx)
	for _, counter := range a.counters() {
		trip.try(func() error { return s.release(ctx, counter) })
	}
	switch {
	case c.change == nil:
		read(trip, &standing, func() (Binding, error) { return s.Store.Bind(ctx, binding, session) })
	case event == EventBind:
		trip.do(func() error { return s.Store.BindWithPassword(ctx, *c.change, binding, session) })
	default:
		trip.try(func() error { return s.touchIfBound(ctx, x, session.Mark()) })
		trip.do(func() error { return s.Store.OpenWithPassword(ctx, *c.change, session) })
	}
	err := trip.wait()
	switch {
	case errors.Is(err, ErrAlreadyBound) && c.change == nil:
		return s.open(ctx, x, standing)
	case errors.Is(err, ErrAlreadyBound): // a binding that the user does not have: tables of different moments
		return nil, BindingRemoved
	case errors.Is(err, ErrUserNotFound):
		return nil, InvalidCredentials
	case err != nil:
		return nil, err
	}
	x.trail.Note(event)
	if c.change != nil {
		x.trail.Note(EventPasswordChange)
	}
	return s.finish(ctx, x, binding, c.user, session, token)
}

// bindAfterChange goes on with a bind whose password was replaced meanwhile, if a repeat of the request has
// done it.
//
// Errors: SessionRevoked, if another request has; and those of bindTo.
func (s *Service) bindAfterChange(ctx context.Context, x *exchange, claimed claim, a attempt) (*Login, error) {
	claimed.perhapsRenewed = true // no guess: the password was right a moment ago
	c, err := s.users.authenticate(ctx, x, claimed)
	switch {
	case wrong(err), err == nil && !c.renewed:
		return nil, SessionRevoked
	case err != nil:
		return nil, err
	}
	return s.bindTo(ctx, x, c, a)
}
