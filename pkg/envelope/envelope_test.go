package envelope_test

import (
	"encoding/json"
	"fmt"
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
		status int
		after  time.Duration
		want   string
	}{
		"unavailable":                {503, time.Second, "1"},
		"throttled":                  {429, time.Minute, "60"},
		"rounded up":                 {503, time.Second + time.Millisecond, "2"},
		"never 0":                    {503, 0, "1"},
		"not where it does not help": {500, time.Second, ""},
		"nor with a decision":        {200, time.Second, ""},
	} {
		failure := envelope.FailureOf(&login.Error{Code: login.WXBusy, RetryAfter: c.after}, c.status, "", "")
		if got := failure.RetryAfterHeader(); got != c.want {
			t.Errorf("%s: the header is %q, want %q", name, got, c.want)
		}
		text, err := json.Marshal(failure)
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		if err := json.Unmarshal(text, &body); err != nil {
			t.Fatal(err)
		}
		seconds, told := body["retryAfter"]
		if told != (c.want != "") || told && fmt.Sprint(seconds) != c.want {
			t.Errorf("%s: the body is %s, want %q", name, text, c.want)
		}
	}
}
