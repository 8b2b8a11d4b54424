package wechat

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Fault says how a call failed.
type Fault string

const (
	// Refused: WeChat answered with an errcode.
	Refused Fault = "refused"
	// NotConnected: no connection could be made, so nothing was sent.
	NotConnected Fault = "not connected"
	// NotSent: the connection broke before a byte of the request was written.
	NotSent Fault = "not sent"
	// Lost: the request was sent, and no whole answer came. WeChat may have used the code.
	Lost Fault = "lost"
	// BadStatus: the answer was not a 200.
	BadStatus Fault = "bad status"
	// EmptyReply: the answer was a 200 without a body.
	EmptyReply Fault = "empty reply"
	// BadReply: the answer was a 200 that is not one of WeChat's.
	BadReply Fault = "bad reply"
)

// Error is what the operator's log says about a failed call. It is the Cause of the *login.Error that a Client returns,
// and contains no URL, code or secret.
type Error struct {
	Fault Fault
	// Errcode is WeChat's errcode if Fault is Refused; otherwise 0.
	Errcode int
	// RID identifies the call in WeChat's own logs; its support asks for it. It is "" if WeChat sent none.
	RID string
	// Address is our address as WeChat saw it, if WeChat refused it (errcode 40164).
	Address string
	// Status is the HTTP status if Fault is BadStatus.
	Status int
	// Detail says more in our own words; it may be "".
	Detail string
	// Host is the host that was asked last.
	Host string
	// Attempts is how many attempts the call made, including those that found no connection: 1 or 2. Kept connections
	// that were over before a byte was written do not count.
	Attempts int

	// ended is the context's error if that ended the call.
	ended error
}

// Error returns everything in one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Host, e.Fault)
	for _, a := range e.particulars() {
		fmt.Fprintf(&b, ", %s %s", a.Key, a.Value)
	}
	return b.String()
}

// Unwrap returns context.Canceled or context.DeadlineExceeded if one of them ended the call.
func (e *Error) Unwrap() error { return e.ended }

// LogValue returns everything as a group.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(append([]slog.Attr{
		slog.String("fault", string(e.Fault)),
		slog.String("host", e.Host),
		slog.Int("attempts", e.Attempts),
	}, e.particulars()...)...)
}

// particulars are the fields that only some Errors have.
func (e *Error) particulars() []slog.Attr {
	var attrs []slog.Attr
	if e.Errcode != 0 {
		attrs = append(attrs, slog.Int("errcode", e.Errcode))
	}
	if e.Status != 0 {
		attrs = append(attrs, slog.Int("status", e.Status))
	}
	for _, a := range []slog.Attr{slog.String("detail", e.Detail), slog.String("rid", e.RID), slog.String("address", e.Address)} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	return attrs
}

// code is what e means to a login.
func (e *Error) code() login.Code {
	switch e.Fault {
	case Refused:
		return meaningOf(e.Errcode)
	case BadReply:
		return login.WXUnexpected
	case BadStatus:
		if e.Status < 500 {
			return login.WXUnexpected
		}
	}
	return login.WXUnavailable
}

// failure is e as a login gets it.
func (e *Error) failure(now time.Time) *login.Error {
	told := login.Because(e.code(), e)
	if told.Code == login.WXQuotaSpent {
		told.RetryAfter = quotaWait(now)
	}
	return told
}
