// Package envelope is how clients are told of a failure, wherever it is answered from:
// openapi.yaml's Failure, its status and its headers.
package envelope

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// statuses maps what sort of failure it is to HTTP. A decision is 200, whatever
// it is: that is what clients in the field read.
var statuses = map[login.Kind]int{
	login.KindDecision:     http.StatusOK,
	login.KindSessionEnd:   http.StatusOK,
	login.KindMalformed:    http.StatusBadRequest,
	login.KindUnauthorized: http.StatusUnauthorized,
	login.KindTooLarge:     http.StatusRequestEntityTooLarge,
	login.KindThrottled:    http.StatusTooManyRequests,
	login.KindUnavailable:  http.StatusServiceUnavailable,
	login.KindInternal:     http.StatusInternalServerError,
}

// Status is a failure's status. Where a session is what lets a caller in, its end is no
// decision about the request but says that there is no caller.
func Status(code login.Code, bySession bool) int {
	if bySession && code.EndsSession() {
		return http.StatusUnauthorized
	}
	return statuses[code.Kind()]
}

// RetryAfter is the header Retry-After of a failure with this status, and "" where there
// is none: whole seconds (RFC 9110, 10.2.3), rounded up and never 0.
func RetryAfter(status int, failure *login.Error) string {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return ""
	}
	return strconv.Itoa(max(1, int((failure.RetryAfter+time.Second-1)/time.Second)))
}

// Headers are those of every answer, by their names in lower case.
func Headers() map[string]string {
	return map[string]string{
		"content-type":           "application/json; charset=utf-8",
		"cache-control":          "no-store",
		"x-content-type-options": "nosniff",
	}
}

// Failure is the body of the answer to a request that failed.
type Failure struct {
	Code   int          `json:"code"` // 0
	Msg    string       `json:"msg"`
	Error  login.Code   `json:"error"`
	Action login.Action `json:"action"`
	// RequestID is API Gateway's; "" elsewhere.
	RequestID string `json:"requestId"`
}

// FailureOf tells of a failure in a language, as Code.Message does.
func FailureOf(code login.Code, lang, requestID string) Failure {
	return Failure{Msg: code.Message(lang), Error: code, Action: code.Action(), RequestID: requestID}
}
