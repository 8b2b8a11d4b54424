package app

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
)

// A built function writes each request's metrics where Lambda finds them: on standard output, in the request's line. It
// needs the name of the stack for that.
func TestFunctionsWriteMetrics(t *testing.T) {
	unknown, err := events.CaseNamed("authorizer-unknown-token")
	if err != nil {
		t.Fatal(err)
	}
	event, err := unknown.Event()
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := lambdatest.Build(t, "../../functions/authorizer", t.TempDir())
	for name, c := range map[string]struct {
		stack string
		lines int
	}{
		"of a stack": {"prod", 1},
		"of none":    {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := lambdatest.Start(t, bootstrap, map[string]string{
				"WXBIND_STACK": c.stack, "WXBIND_SESSIONS_TABLE": "s", "WXBIND_USERS_TABLE": "u",
				"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", // nobody listens
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := p.Invoke(ctx, event); err == nil {
				t.Error("the authorizer answers without a store")
			}
			p.Stop()
			found := metricsIn(t, p.Log())
			if len(found) != c.lines {
				t.Fatalf("%d lines, want %d, in\n%s", len(found), c.lines, p.Log())
			}
			for _, line := range found {
				if line[metrics.Stack] != c.stack || line[metrics.VisitFailures] != 1.0 || line[metrics.StoreFailures] != 1.0 {
					t.Errorf("got %v", line)
				}
			}
		})
	}
}

// metricsIn returns the lines of a log that CloudWatch turns into metrics.
func metricsIn(t *testing.T, log string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for text := range strings.Lines(log) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if line["_aws"] != nil {
			found = append(found, line)
		}
	}
	return found
}
