package main

import (
	"errors"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

// explained says what an administrator can do about an error.
var explained = map[error]string{
	login.ErrUserNotFound:    "no such user",
	login.ErrBindingNotFound: "no such binding",
	login.ErrSessionNotFound: "no such session",
	login.ErrUsernameTaken:   "the username is taken",
	login.ErrPasswordChanged: "the password was changed at the same time; try again",
	login.UsernameMissing:    "the username is empty",
	login.PhoneInvalid:       "that is no phone number: write it as +8613800138000, or 13800138000 for one of mainland China",
	login.IdentityBound:      "the openid is bound to another user",
	login.UserBound:          "the user is bound to another openid in this mini-program",
	login.ErrUnionTaken:      "the unionid is another user's",
	login.ErrPhoneTaken:      "the phone number is another user's",
	admin.ErrNoIndexKey:      admin.ErrNoIndexKey.Error() + "; `wxbind secret app set` adds one",
	admin.ErrOtherIndexKey:   admin.ErrOtherIndexKey.Error() + "; give this command what serve has (" + envSecretFile + "), or put the former index key back",
	login.PasswordMissing:    "the password is empty",
	login.PasswordInvalid:    "that is not a valid password: it must be UTF-8 without NUL, of at most 256 bytes",
}

// explain puts an error into the words of an administrator. What it knows nothing better for stays as it is.
func explain(err error) error {
	if same, ok := errors.AsType[*admin.SameNameError](err); ok {
		return translated(same)
	}
	if taken, ok := errors.AsType[*admin.PhoneTakenError](err); ok {
		return translated(taken)
	}
	if other, ok := errors.AsType[*admin.InTheWayError](err); ok {
		return translated(other)
	}
	if e, ok := errors.AsType[*login.Error](err); ok && e.Code == login.UsernameInvalid {
		return errorf("that is not a valid username: %w", e.Cause) // the cause names the character, not the name
	}
	for known, sentence := range explained {
		if errors.Is(err, known) {
			return errorf("%s", whole(sentence))
		}
	}
	return plainly(err)
}
