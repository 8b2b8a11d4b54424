package login

import (
	"errors"
	"fmt"
	"time"
)

// Error is a failure as a client is told of it: a stable code and how long to wait. Its cause is only for
// the operator's log.
type Error struct {
	Code Code
	// RetryAfter is how long to wait before trying again. Zero means that waiting changes nothing, or that
	// it is not known.
	RetryAfter time.Duration
	// Cause explains the failure to the operator. It is never sent to a client
	// and, like every error of this project, holds no secret.
	Cause error
}

// Error returns the code and the cause, for logs.
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

// Because makes an Error of a code and its cause, with the wait that is usual for the code.
func Because(code Code, cause error) *Error {
	return &Error{Code: code, RetryAfter: meanings[code].wait, Cause: cause}
}

// Unavailable is StoreUnavailable with its cause: a store could not answer, and may or may not have done
// what it was asked.
func Unavailable(cause error) *Error {
	return Because(StoreUnavailable, cause)
}

// AsError returns err as a client is told of it. An error without a code is our own fault and becomes
// Internal.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if c, ok := errors.AsType[Code](err); ok {
		return Because(c, nil)
	}
	return Because(Internal, err)
}
