package admin

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// BindingRow is a binding as a file describes it. The user is named by their id, their username or both.
type BindingRow struct {
	// Line is the row's line in the file, counted from 1.
	Line             int
	AppID, OpenID    string
	UnionID          string
	Username, UserID string
	// BoundAt is when the binding was made elsewhere, and LastLoginAt when it was last used there. The zero time is for now, or for
	// BoundAt. One in the future, as by another clock, counts as zero.
	BoundAt, LastLoginAt time.Time
}

// What can be wrong with a row of a binding, besides what is in its way.
var (
	ErrAppUnknown     = errors.New("the secret does not have this mini-program")
	ErrOpenIDInvalid  = errors.New("that is no openid: it must be 1 to 512 visible ASCII characters")
	ErrUnionIDInvalid = errors.New("that is no unionid: it must be at most 512 visible ASCII characters")
	ErrNoUserNamed    = errors.New("the row names no user: it needs a username or a user id")
	ErrOtherUser      = errors.New("the username is not that of the user with this id")
	ErrOpenIDRepeated = errors.New("the openid is in the file already")
)

// UnknownAppError says that a file begins with a mini-program that the secret does not have.
type UnknownAppError struct {
	AppID string
	// Known are the mini-programs of the secret.
	Known []string
}

func (e *UnknownAppError) Error() string {
	return fmt.Sprintf("the secret has no mini-program %q, but %s", e.AppID, strings.Join(e.Known, ", "))
}

// Unwrap returns ErrAppUnknown.
func (*UnknownAppError) Unwrap() error { return ErrAppUnknown }

// InTheWayError says what is in the way of a binding.
type InTheWayError struct {
	// User is whom the identity is bound to, who is found by the unionid, or who is bound to OpenID in this mini-program.
	User   login.User
	OpenID string
	cause  error
}

func (e *InTheWayError) Error() string {
	switch {
	case errors.Is(e.cause, login.IdentityBound):
		return "the openid is bound to " + NameOf(e.User)
	case errors.Is(e.cause, login.ErrUnionTaken):
		return "the unionid is that of " + NameOf(e.User)
	}
	return fmt.Sprintf("%s is bound to another openid in this mini-program: %s", NameOf(e.User), e.OpenID)
}

// Unwrap returns IdentityBound, UserBound or ErrUnionTaken.
func (e *InTheWayError) Unwrap() error { return e.cause }
