// Package envelope says how clients are told of a failure, wherever the answer comes
// from: the body, which is openapi.yaml's Failure, the status and the headers.
package envelope

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// statuses maps each kind of failure to an HTTP status. Every decision is 200: clients
// in the field expect that.
var statuses = map[login.Kind]int{
	login.KindDecision:     http.StatusOK,
	login.KindSessionEnd:   http.StatusOK,
	login.KindMalformed:    http.StatusBadRequest,
	login.KindUnauthorized: http.StatusUnauthorized,
	login.KindForbidden:    http.StatusForbidden,
	login.KindTooLarge:     http.StatusRequestEntityTooLarge,
	login.KindThrottled:    http.StatusTooManyRequests,
	login.KindUnavailable:  http.StatusServiceUnavailable,
	login.KindInternal:     http.StatusInternalServerError,
}

// Status is the HTTP status of a failure. bySession says that a session is what lets the
// caller in. Its end is then not a decision about the request: it means that there is no
// caller, hence 401.
func Status(code login.Code, bySession bool) int {
	if bySession && code.EndsSession() {
		return http.StatusUnauthorized
	}
	return statuses[code.Kind()]
}

// Headers returns the headers of every answer, with their names in lower case.
func Headers() map[string]string {
	return map[string]string{
		"content-type":           "application/json; charset=utf-8",
		"cache-control":          "no-store",
		"x-content-type-options": "nosniff",
	}
}

// Failure is the body of the answer to a failed request.
type Failure struct {
	Code   int          `json:"code"` // 0
	Msg    string       `json:"msg"`
	Error  login.Code   `json:"error"`
	Action login.Action `json:"action"`
	// RequestID is API Gateway's request id; "" elsewhere.
	RequestID string `json:"requestId"`
	// RetryAfter is in seconds, as the header Retry-After: how long to wait before trying again. It is 0, and both are absent,
	// with an action other than retry and wait.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// FailureOf returns the body for a failure, in a language as Code.Message takes it.
func FailureOf(failure *login.Error, lang, requestID string) Failure {
	code := failure.Code
	return Failure{
		Msg: code.Message(lang), Error: code, Action: code.Action(), RequestID: requestID, RetryAfter: retryAfter(failure),
	}
}

// retryAfter is how long a client waits, in whole seconds (RFC 9110, section 10.2.3), rounded up and never 0; or 0 if the
// client is not told to try again. Whoever is told to is told when: a client computes with the number.
func retryAfter(failure *login.Error) int {
	if action := failure.Code.Action(); action != login.ActionRetry && action != login.ActionWait {
		return 0
	}
	return max(1, int((failure.RetryAfter+time.Second-1)/time.Second))
}

// RetryAfterHeader is the value of the header Retry-After of the answer with this body, or "" if it has none.
func (f Failure) RetryAfterHeader() string {
	if f.RetryAfter == 0 {
		return ""
	}
	return strconv.Itoa(f.RetryAfter)
}
