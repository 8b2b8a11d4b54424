package envelope_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
)

// A kind without a status would be answered with status 0.
func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range login.Codes() {
		status := envelope.Status(code, false)
		if http.StatusText(status) == "" {
			t.Errorf("%s has status %d: give its kind one in statuses, in pkg/envelope/envelope.go", code, status)
		}
		want := status
		if code.EndsSession() {
			want = http.StatusUnauthorized
		}
		if got := envelope.Status(code, true); got != want {
			t.Errorf("%s is %d to who came with a session, want %d", code, got, want)
		}
	}
}

// The wait stands in the body and in the header. Where it would not help it stands in neither.
func TestRetryAfterIsInWholeSeconds(t *testing.T) {
	for name, c := range map[string]struct {
		code  login.Code
		after time.Duration
		want  string
	}{
		"unavailable":                     {login.WXBusy, time.Second, "1"},
		"throttled":                       {login.TooManyAttempts, time.Minute, "60"},
		"rounded up":                      {login.WXBusy, time.Second + time.Millisecond, "2"},
		"never 0":                         {login.WXBusy, 0, "1"},
		"a fault of our own, to retry":    {login.Internal, 0, "1"},
		"not where the operator must act": {login.WXAppRejected, time.Second, ""},
		"nor with a decision":             {login.WXCodeUsed, time.Second, ""},
	} {
		if got := told(t, envelope.FailureOf(&login.Error{Code: c.code, RetryAfter: c.after}, "", "")); got != c.want {
			t.Errorf("%s: the wait is %q, want %q", name, got, c.want)
		}
	}
}

// Whoever is told to try again is told when, or the client computes with nothing and is back at once. 429 and 503 always
// tell it.
func TestWhoIsToTryAgainIsToldWhen(t *testing.T) {
	for _, code := range login.Codes() {
		want := code.Action() == login.ActionRetry || code.Action() == login.ActionWait
		if got := told(t, envelope.FailureOf(login.AsError(code), "", "")); (got != "") != want {
			t.Errorf("%s: the action is %s, and the wait %q", code, code.Action(), got)
		}
		if status := envelope.Status(code, false); (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && !want {
			t.Errorf("%s is %d, and its action %s", code, status, code.Action())
		}
	}
}

// told returns the wait of a failure, which must be the same in the body and in the header; "" if it has none.
func told(t *testing.T, failure envelope.Failure) string {
	t.Helper()
	text, err := json.Marshal(failure)
	if err != nil {
		t.Fatal(err)
	}
	var body struct{ RetryAfter json.Number }
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatal(err)
	}
	if header := failure.RetryAfterHeader(); header != body.RetryAfter.String() {
		t.Errorf("the header is %q, and the body %s", header, text)
	}
	return body.RetryAfter.String()
}
