package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// Why a user gets no phone number, besides PhoneInvalid.
var (
	ErrNoIndexKey    = errors.New("the secret has no index key, and without one nobody is found by a phone number or a unionid")
	ErrOtherIndexKey = errors.New("the secret's index key is not the one under which phone numbers are stored already: nobody would be found by a new one")
	ErrPhoneNotHere  = errors.New("the platform's directory keeps this user, and knows them by no phone number")
	ErrPhoneRepeated = errors.New("the phone number is in the file already")
)

// PhoneTakenError says who has a phone number.
type PhoneTakenError struct{ By login.User }

func (e *PhoneTakenError) Error() string { return "the phone number is that of " + NameOf(e.By) }

// Unwrap returns ErrPhoneTaken.
func (*PhoneTakenError) Unwrap() error { return login.ErrPhoneTaken }

// NameOf names a user to an administrator: by their username if it is theirs alone, and by their id. A username is quoted, since
// it may have any characters.
func NameOf(u login.User) string {
	if u.Username == "" {
		return u.ID
	}
	return fmt.Sprintf("%q (%s)", u.Username, u.ID)
}

// inDirectory says whether a user is a directory's: they have no password here, nor have they registered by themselves.
func inDirectory(u login.User) bool { return u.PasswordID == "" && u.RegisteredIn == "" }

// SetPhone gives a user a phone number in place of the one that they have; "" takes it away. WeChat has not confirmed the new one,
// so it logs nobody in by itself. The number that they have already stays as it is.
//
// Errors: those of User; PhoneInvalid, ErrPhoneNotHere, ErrNoIndexKey, ErrOtherIndexKey; ErrPhoneTaken, as a *PhoneTakenError
// if it is known whose it is; those of Secret.
func (s *Service) SetPhone(ctx context.Context, username, number string) (login.Phone, error) {
	u, err := s.User(ctx, username)
	if err != nil {
		return login.Phone{}, err
	}
	if number != "" && inDirectory(u) {
		return login.Phone{}, ErrPhoneNotHere
	}
	p, err := s.Phone(ctx, number)
	if err != nil {
		return login.Phone{}, err
	}
	if p.Index == u.Phone.Index {
		return u.Phone, nil
	}
	err = s.Store.SetPhone(ctx, u.ID, p, "")
	if errors.Is(err, login.ErrPhoneTaken) {
		return login.Phone{}, s.phoneTaken(ctx, p)
	}
	if err != nil {
		return login.Phone{}, err
	}
	login.TrailOf(ctx).Phone = p.Logged()
	noteUser(ctx, u.ID, login.EventPhoneSet)
	return p, nil
}

// Phone makes a phone of a number as an administrator enters it. The zero Phone is that of "".
//
// Errors: PhoneInvalid, ErrNoIndexKey, ErrOtherIndexKey; those of Secret.
func (s *Service) Phone(ctx context.Context, number string) (login.Phone, error) {
	if login.Trim(number) == "" {
		return login.Phone{}, nil
	}
	parsed, err := login.ParsePhone(number)
	if err != nil {
		return login.Phone{}, err
	}
	secret, err := s.indexes(ctx)
	if err != nil {
		return login.Phone{}, err
	}
	return secret.PhoneOf(parsed), nil
}

// indexSample is how many users are looked at for a phone number that shows which index key it is stored under.
const indexSample = 1000

// indexes returns a secret with an index key. If one of the first users has a phone number, it is stored under that key: with
// another, numbers would be stored that nobody is ever found by.
//
// Errors: ErrNoIndexKey, ErrOtherIndexKey, and those of Secret.
func (s *Service) indexes(ctx context.Context) (*login.Secret, error) {
	if s.indexing != nil {
		return s.indexing, nil
	}
	if s.Secret == nil {
		return nil, ErrNoIndexKey
	}
	secret, err := s.Secret(ctx)
	if err != nil {
		return nil, err
	}
	if secret.IndexKey == "" {
		return nil, ErrNoIndexKey
	}
	first, err := s.Store.ListUsers(ctx, "", indexSample)
	if err != nil {
		return nil, err
	}
	if at := slices.IndexFunc(first, func(u login.User) bool { return u.Phone.Index != "" }); at >= 0 {
		if p := first[at].Phone; p.Index != secret.PhoneOf(p.Number).Index {
			return nil, ErrOtherIndexKey
		}
	}
	s.indexing = secret
	return secret, nil
}

// phoneTaken says who has a phone number.
func (s *Service) phoneTaken(ctx context.Context, p login.Phone) error {
	owner, err := s.Store.OwnerOfPhone(ctx, p.Index)
	if errors.Is(err, login.ErrUserNotFound) { // they have just lost it
		return login.ErrPhoneTaken
	}
	if err != nil {
		return err
	}
	return s.phoneTakenBy(ctx, owner.UserID)
}

// phoneTakenBy is phoneTaken if the user's id is known.
func (s *Service) phoneTakenBy(ctx context.Context, id string) error {
	u, err := s.Store.UserByID(ctx, id)
	if errors.Is(err, login.ErrUserNotFound) {
		return login.ErrPhoneTaken
	}
	if err != nil {
		return err
	}
	return &PhoneTakenError{By: u}
}
