package login

import (
	"cmp"
	"context"
	"errors"
)

// SetPhone sets or changes the visitor's own phone number to one that WeChat vouches for. It needs a fresh code. A number that
// another user has and that was verified lately stays theirs; one that was not moves, since numbers are given to new owners.
//
// Errors: PhoneCodeMissing, PhoneCodeInvalid; PhoneOff; PhoneTaken; RecentlyReplaced; DirectoryCannot; SessionInvalid when the user was
// deleted meanwhile; those of Export; and what WeChat answers about the number.
func (s *Service) SetPhone(ctx context.Context, caller Caller, visitor Visitor, code, phoneCode string) (Phone, error) {
	ctx, trail := trailed(ctx)
	if err := cmp.Or(checkPhoneCode(phoneCode), s.onProbation(visitor)); err != nil {
		return Phone{}, err
	}
	x, err := s.reauthenticate(ctx, "phone", caller, visitor, code)
	if err != nil {
		return Phone{}, err
	}
	t := &tap{exchange: x, request: PhoneRequest{PhoneCode: phoneCode}}
	trip := trail.roundTrip(ctx)
	trip.do(func() (err error) { t.paid, err = s.paidFor(ctx, x, phoneCode); return err })
	err = trip.wait()
	switch {
	case err != nil:
		return Phone{}, err
	case !s.users.keepPasswords(), fromDirectory(visitor.User):
		return Phone{}, DirectoryCannot
	case x.secret.IndexKey == "":
		return Phone{}, PhoneOff
	}
	if err := s.askNumber(ctx, t); err != nil {
		return Phone{}, err
	}
	if err := s.takeNumber(ctx, t, visitor.User.ID); err != nil {
		return Phone{}, err
	}
	trail.Note(EventPhoneSet)
	return t.phone, nil
}

// takeNumber gives a user the number of a tap.
//
// Errors: PhoneTaken; SessionInvalid; and what the store answers.
func (s *Service) takeNumber(ctx context.Context, t *tap, userID string) error {
	from := ""
	for range maxDecisions {
		trip := t.trail.roundTrip(ctx)
		trip.do(func() error { return s.Store.SetPhone(ctx, userID, t.phone, from) })
		err := trip.wait()
		switch {
		case errors.Is(err, ErrUserNotFound):
			return SessionInvalid
		case !errors.Is(err, ErrPhoneTaken):
			return err
		}
		owner, err := s.ownerOfPhone(ctx, t)
		if err != nil {
			return err
		}
		if from = ""; owner == nil {
			continue
		}
		other, err := s.Store.UserByID(ctx, owner.UserID)
		switch {
		case errors.Is(err, ErrUserNotFound):
			continue
		case err != nil:
			return err
		case other.Phone.Index == t.phone.Index && !other.Phone.VerifiedAt.Before(t.trustedSince(s.clock())):
			return PhoneTaken
		}
		from = other.ID
	}
	return Unavailable(errNoDecision)
}

// fromDirectory says whether a user is a directory's: they have a username, and neither password nor number here. Others without a
// password have no username. The function that sets numbers does not know whether there is a directory.
func fromDirectory(u User) bool {
	return u.Username != "" && u.PasswordID == "" && u.Phone.Index == ""
}
