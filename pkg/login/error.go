package login

import (
	"errors"
	"fmt"
	"time"
)

// Error is a failure that a client is told of: a stable code, how long to wait,
// and a cause that only the operator's log may see.
type Error struct {
	Code Code
	// RetryAfter says when another try may succeed. Zero means not known.
	RetryAfter time.Duration
	// Cause explains the failure to the operator. It is never sent to a client
	// and, like every error of this project, holds no secret.
	Cause error
}

// Error gives the code and the cause, for logs.
func (e *Error) Error() string {
	if e.Cause == nil {
		return string(e.Code)
	}
	return fmt.Sprintf("%s: %v", e.Code, e.Cause)
}

// Unwrap lets errors.Is find both the code and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Cause}
}

// Because joins a code and the cause that led to it.
func Because(code Code, cause error) *Error {
	return &Error{Code: code, Cause: cause}
}

// Unavailable is StoreUnavailable with its cause: a store could not answer, and
// nothing is known of whether it did what it was asked.
func Unavailable(cause error) *Error {
	return &Error{Code: StoreUnavailable, RetryAfter: time.Second, Cause: cause}
}

// AsError finds the failure that err tells a client. An error without a code is
// our own fault and becomes Internal.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if c, ok := errors.AsType[Code](err); ok {
		return &Error{Code: c}
	}
	return &Error{Code: Internal, Cause: err}
}
