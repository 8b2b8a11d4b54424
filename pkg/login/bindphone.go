package login

import (
	"context"
	"errors"
	"slices"
	"time"
)

// PhoneRequest is what a tap on the button that asks for the phone number brings.
type PhoneRequest struct {
	// Code is a fresh code of wx.login, from the device that was tapped.
	Code string
	// PhoneCode is the button's own code. It is paid for, and WeChat takes it once.
	PhoneCode string
	// OpenID, if not "", must be the one behind the code. It is compared and never believed.
	OpenID string
	// Password is that of the user who has the number, if the number alone does not do.
	Password Hidden
	// Replace asks for the place of the user's binding of another WeChat; see rebind.go. It takes a number that does alone, and
	// a user who has no password to show instead.
	Replace bool
}

// maxPhoneCode is the longest phone code that is accepted, in bytes. WeChat's have 64 today, but it promises no length.
const maxPhoneCode = 512

// BindPhone logs somebody in by the phone number that WeChat vouches for. An identity that is bound is logged in, and its
// number is not looked at. Otherwise the user who has the number is bound; a number that nobody has makes a user, if the policy
// says so.
//
// Numbers are given to new owners. So one that was not verified lately lets nobody in by itself: it takes the user's
// password besides, or the unionid of one of their bindings.
//
// Errors: those of Check; PhoneCodeMissing, PhoneCodeInvalid; IdentityMismatch, OpenIDInvalid; PhoneOff; PhoneUnknown;
// RegisteredElsewhere; UserBound, and with Replace RebindClosed, RebindTooSoon; PasswordRequired, PhoneStale; TooManyRegistrations; with a password those of Bind about
// it; DirectoryCannot; and what WeChat answers about the number.
func (s *Service) BindPhone(ctx context.Context, caller Caller, r PhoneRequest) (*Login, error) {
	login, err := s.bindPhone(ctx, caller, r)
	TrailOf(ctx).noteRefusal(err)
	return login, err
}

func (s *Service) bindPhone(ctx context.Context, caller Caller, r PhoneRequest) (*Login, error) {
	if err := checkPhoneRequest(r); err != nil {
		return nil, err
	}
	// Who is it?
	x, err := s.exchange(ctx, presented{route: "bindPhone", caller: caller, code: r.Code, expect: func(x *exchange) error {
		if r.OpenID != "" && r.OpenID != x.OpenID {
			return IdentityMismatch
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	// Are they bound? What could refuse them is looked at before the number is asked for.
	t := &tap{exchange: x, request: r}
	if login, err := s.beforeTheNumber(ctx, t); login != nil || err != nil {
		return login, err
	}
	// Whose number is it?
	if err := s.askNumber(ctx, t); err != nil {
		return nil, err
	}
	// Then let them in.
	return s.users.enterByPhone(ctx, t)
}

// tap is a request to log in by phone.
type tap struct {
	*exchange
	request PhoneRequest
	// paid is what was learnt with the phone code before, nil if nothing.
	paid *paidNumber
	// phone is the number.
	phone Phone
	// proven is the user of a number that was not verified lately, once they have proved who they are, with the epoch that they
	// had then: a password that was changed since, or another user who has the number by now, is not proved by it.
	proven Owner
}

// checkPhoneRequest refuses what cannot succeed, before it costs a call to WeChat.
func checkPhoneRequest(r PhoneRequest) error {
	if err := checkCode(r.Code); err != nil {
		return err
	}
	if len(r.OpenID) > maxOpenID || !printableASCII(r.OpenID) {
		return OpenIDInvalid
	}
	if err := checkPhoneCode(r.PhoneCode); err != nil || r.Password == "" {
		return err
	}
	return CheckPassword(r.Password)
}

// checkPhoneCode refuses what cannot be a phone code.
//
// Errors: PhoneCodeMissing, PhoneCodeInvalid.
func checkPhoneCode(code string) error {
	switch {
	case code == "" || SaysNothing(code):
		return PhoneCodeMissing
	case len(code) > maxPhoneCode || !printableASCII(code):
		return PhoneCodeInvalid
	}
	return nil
}

// beforeTheNumber logs an identity in that is bound, and finds what refuses one that is not. It also looks whether the
// phone code was exchanged before.
func (s *Service) beforeTheNumber(ctx context.Context, t *tap) (*Login, error) {
	var binding Binding
	trip := t.trail.roundTrip(ctx)
	trip.do(func() (err error) {
		binding, err = s.Store.BindingByOpenID(ctx, t.AppID, t.OpenID)
		if errors.Is(err, ErrBindingNotFound) {
			return nil
		}
		return err
	})
	trip.do(func() (err error) { t.paid, err = s.paidFor(ctx, t.exchange, t.request.PhoneCode); return err })
	if t.app.Policy.registers(RegisterPhone) {
		s.readTallies(trip, ctx, t.exchange)
	}
	err := trip.wait()
	switch {
	case binding.ID != "":
		login, err := s.open(ctx, t.exchange, binding)
		if err == nil {
			t.asBefore(login, binding)
		}
		return login, err
	case err != nil:
		return nil, err
	case !slices.Contains(t.ways(), WayPhone):
		return nil, PhoneOff
	}
	return nil, nil //nolint:nilnil // they are not bound, and nothing refuses them yet
}

// enterByPhone binds the identity to the user who has the number, or makes one.
func (s storedUsers) enterByPhone(ctx context.Context, t *tap) (*Login, error) {
	newcomer := t.newcomer()
	newcomer.Phone = t.phone
	owner, err := s.ownerOfPhone(ctx, t)
	if err != nil {
		return nil, err
	}
	for range maxDecisions {
		var login *Login
		switch {
		case owner == nil && t.app.Policy.registers(RegisterPhone):
			login, err = s.admitNewcomer(ctx, t.exchange, newcomer, "")
		case owner == nil:
			return nil, PhoneUnknown
		default:
			login, err = s.admitOwner(ctx, t.exchange, t.asOwner(*owner, s.clock()))
		}
		if unfit, ok := errors.AsType[*Unfit](err); ok {
			login, owner, err = s.onTerms(ctx, t, newcomer, *owner, unfit.User)
			if err == nil && login == nil {
				continue
			}
		}
		switch {
		case errors.Is(err, IdentityBound):
			if login, err = s.boundMeanwhile(ctx, t.exchange); !errors.Is(err, ErrBindingNotFound) {
				return login, err
			}
		case errors.Is(err, ErrUnionTaken):
			if err := s.notBanned(ctx, t.exchange); err != nil {
				return nil, err
			}
			newcomer.Unions = nil
		case !errors.Is(err, ErrPhoneTaken) && !errors.Is(err, ErrUserNotFound):
			return login, err
		}
		if owner, err = s.ownerOfPhone(ctx, t); err != nil {
			return nil, err
		}
	}
	return nil, Unavailable(errNoDecision)
}

// ownerOfPhone finds the user who has the number; nil if nobody has.
func (s *Service) ownerOfPhone(ctx context.Context, t *tap) (owner *Owner, err error) {
	trip := t.trail.roundTrip(ctx)
	read(trip, &owner, func() (*Owner, error) { return found(s.Store.OwnerOfPhone(ctx, t.phone.Index)) })
	return owner, trip.wait()
}

// asOwner is the admission of the user who has the number.
func (t *tap) asOwner(o Owner, now time.Time) Admission {
	terms := Terms{Phone: t.phone, RegisteredIn: t.app.from()}
	if t.proven != o {
		terms.VerifiedSince = t.trustedSince(now)
	}
	return Admission{Binding: t.newBinding(o.UserID, o.Epoch), Terms: terms}
}

// trustedSince is when a number must have been verified to let its user in by itself.
func (t *tap) trustedSince(now time.Time) time.Time {
	if t.app.Policy.PhoneTrust == 0 {
		return now.Add(time.Hour) // none was
	}
	return now.Add(-t.app.Policy.PhoneTrust)
}

// onTerms decides about a user who has the number and does not fulfil the terms. If it returns neither a login nor an
// error, the next decision is about the owner that it returns.
func (s storedUsers) onTerms(ctx context.Context, t *tap, newcomer *User, owner Owner, u User) (login *Login, next *Owner, err error) {
	stale, proven := u.Phone.VerifiedAt.Before(t.trustedSince(s.clock())), u.KnownIn(t.union()) != ""
	switch _, here := u.Apps[t.AppID]; {
	case u.Phone.Index != t.phone.Index:
		return nil, nil, ErrPhoneTaken // they have given it up meanwhile
	case u.Disabled:
		return nil, nil, UserDisabled
	case here && stale && u.PasswordID == "" && !proven && !t.request.Replace:
		// Whoever has been given the number is not shut out by the binding of the one who had it before.
	case here && (stale || !t.mayReplace(u)):
		return nil, nil, UserBound
	case here:
		login, err = s.rebind(ctx, t.exchange, u, t.phone)
		return login, nil, err
	case !slices.Contains(t.app.from(), u.RegisteredIn):
		return nil, nil, RegisteredElsewhere
	case !stale:
		owner.Epoch = u.Epoch // the hint was out of date
		return nil, &owner, nil
	}
	// The number may be somebody else's by now.
	switch {
	case t.proven == Owner{UserID: u.ID, Epoch: u.Epoch}:
		return nil, &t.proven, nil
	case proven:
	case u.PasswordID != "" && t.request.Password != "":
		if u.Epoch, err = s.provePassword(ctx, t, u); err != nil {
			return nil, nil, err
		}
	case u.PasswordID != "":
		return nil, nil, PasswordRequired
	case t.app.Policy.registers(RegisterPhone):
		login, err = s.admitInPlaceOf(ctx, t.exchange, newcomer, u.ID, "")
		return login, nil, err
	default:
		return nil, nil, PhoneStale
	}
	t.proven = Owner{UserID: u.ID, Epoch: u.Epoch}
	return nil, &t.proven, nil
}

// mayReplace says whether a number that is trusted may give the identity the place of the user's other one.
func (t *tap) mayReplace(u User) bool { return t.request.Replace && u.PasswordID == "" }

// provePassword tries the password of the user who has the number. It counts as a bind's does. The result is the epoch that the
// user had with this password.
//
// Errors: TooManyAttempts, InvalidCredentials, and the others that Bind has of a password.
func (s *Service) provePassword(ctx context.Context, t *tap, u User) (epoch string, err error) {
	attempt := newAttempt(t.exchange, u.Username)
	if _, err := s.admit(ctx, t.exchange, attempt, u.Username); err != nil {
		s.giveBack(ctx, t.exchange, attempt)
		return "", err
	}
	claimed := attempt.claim(u.Username, u.ID, t.request.Password, "")
	c, err := s.users.authenticate(ctx, t.exchange, claimed)
	if err == nil && c.password.Temporary() {
		err = PasswordChangeRequired // which takes a bind
	}
	if wrong(err) {
		return "", s.count(ctx, t.exchange, attempt, err)
	}
	s.giveBack(ctx, t.exchange, attempt)
	return c.user.Epoch, err
}
