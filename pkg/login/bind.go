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
// Errors: those of Check; BindProofRequired, OpenIDInvalid, UsernameMissing, UsernameInvalid,
// PasswordMissing, PasswordInvalid, IdentityMismatch, TooManyAttempts, Overloaded, InvalidCredentials,
// IdentityBound, UserBound; BindingRemoved when the identity was bound already and that binding was
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
	candidate, err := s.users.authenticate(ctx, x, claim{r.Username, userID, r.Password})
	if errors.Is(err, InvalidCredentials) || errors.Is(err, ErrUndecided) {
		return nil, s.count(ctx, x, attempt, err)
	}
	if err != nil {
		s.giveBack(ctx, x, attempt)
		return nil, err
	}
	// Then bind them.
	return s.bindTo(ctx, x, candidate, attempt)
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
	return username, CheckPassword(r.Password)
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

// bindTo stores the binding and the session, and gives the attempt back, all in one round trip.
func (s *Service) bindTo(ctx context.Context, x *exchange, c candidate, a attempt) (*Login, error) {
	binding := Binding{
		ID: NewID(), AppID: x.AppID, OpenID: x.OpenID, UnionID: x.UnionID, UserID: c.user.ID, Epoch: c.user.Epoch,
		SealedKey: x.sealedKey, BoundAt: x.began, LastLoginAt: x.answered,
	}
	session, token := s.newSession(x, binding)
	var standing Binding
	trip := x.trail.roundTrip(ctx)
	for _, counter := range a.counters() {
		trip.try(func() error { return s.release(ctx, counter) })
	}
	read(trip, &standing, func() (Binding, error) { return s.Store.Bind(ctx, binding, session) })
	err := trip.wait()
	switch {
	case errors.Is(err, ErrAlreadyBound):
		return s.openAgain(ctx, x, standing)
	case errors.Is(err, ErrUserNotFound):
		return nil, InvalidCredentials
	case err != nil:
		return nil, err
	}
	x.trail.Note(EventBind)
	return s.finish(ctx, x, c.user, session, token, c.others)
}

// openAgain opens a session under the binding that already exists.
func (s *Service) openAgain(ctx context.Context, x *exchange, standing Binding) (login *Login, err error) {
	err = together(
		func() (err error) { login, err = s.open(ctx, x, standing); return err },
		func() error {
			_, err := s.Store.TouchBinding(ctx, x.asTouch())
			x.trail.lapse(err)
			return nil
		},
	)
	return login, err
}
