package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// Fault says how a call failed.
type Fault string

const (
	// Unsigned: there is no key to sign with, so nothing was sent.
	Unsigned Fault = "not signed"
	// NotConnected: no connection could be made, so nothing was sent.
	NotConnected Fault = "not connected"
	// Lost: the request was sent, and no whole answer came.
	Lost Fault = "no answer"
	// SignatureRefused: the directory answered signature_invalid.
	SignatureRefused Fault = "signature refused"
	// BadStatus: the status and its "error" are not in the contract.
	BadStatus Fault = "bad status"
	// BadAnswer: a 200 without a valid profile.
	BadAnswer Fault = "bad answer"
)

// advice says what an operator can do about a fault.
var advice = map[Fault]string{
	Unsigned:         "put directoryKey into the secret (or WX_DIRECTORY_KEY)",
	NotConnected:     "is WXBIND_DIRECTORY_URL right, and can this machine connect to it?",
	Lost:             "is the directory up, and does it answer within 3 s?",
	SignatureRefused: "is directoryKey the directory's own, do the clocks agree within 5 minutes, and does nothing in between change the path or body?",
	BadStatus:        "is WXBIND_DIRECTORY_URL right, and is the directory healthy? See docs/directory.md",
	BadAnswer:        "the directory breaks its contract: see docs/directory.md",
}

// Error is what the operator's log says about a failed call. It is the Cause of login.DirectoryUnavailable.
type Error struct {
	Operation Operation
	Fault     Fault
	// Status is the HTTP status if there was an answer; otherwise 0.
	Status int
	// Detail says more in our own words; it may be "".
	Detail string
	// Host is the host that was asked.
	Host string
	// Attempts is the number of attempts: 1 or 2.
	Attempts int

	// ended is the context's error if that ended the attempt.
	ended error
}

// Error returns everything in one line, with what to do about it.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "directory %s: %s: %s", e.Host, e.Operation, e.Fault)
	if e.Status != 0 {
		fmt.Fprintf(&b, ", status %d", e.Status)
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, ", %s", e.Detail)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", tried %d times", e.Attempts)
	}
	return b.String() + ": " + advice[e.Fault]
}

// Unwrap returns context.Canceled or context.DeadlineExceeded if one of them ended the attempt.
func (e *Error) Unwrap() error { return e.ended }

// repeatable reports whether the call may be repeated, and a repeat may succeed.
func (e *Error) repeatable() bool {
	if e.Fault == NotConnected {
		return true
	}
	slow := errors.Is(e.ended, context.DeadlineExceeded)
	return e.Operation != authenticate && (e.Fault == Lost && !slow || e.Status >= http.StatusInternalServerError)
}

// failure is e as a login gets it.
func (c *Client) failure(e *Error) error {
	e.Host = c.base.Host
	return login.Because(login.DirectoryUnavailable, e)
}
