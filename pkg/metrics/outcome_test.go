package metrics_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

// Every outcome of a login is counted by exactly one metric.
func TestEveryOutcomeOfALoginCounts(t *testing.T) {
	for _, route := range apigw.Routes() {
		if route.Guard() != apigw.GuardCode {
			continue
		}
		for _, o := range route.Outcomes() {
			r := full()
			r.Outcome = o
			found := shown(t, r)
			if n := found[metrics.Logins] + found[metrics.Unbound] + found[metrics.Bound]; n != 1 {
				t.Errorf("say in logins, in pkg/metrics/outcome.go, which metric counts the outcome %q of %s: %v", o, route.Key(), found)
			}
		}
	}
}

// Every culprit has a metric.
func TestEveryCulpritHasItsMetric(t *testing.T) {
	blamed := map[login.Culprit]bool{}
	for _, code := range login.Codes() {
		r := full()
		r.Failure = code
		found, count := shown(t, r), 0.0
		for _, cause := range causes {
			count += found[cause]
		}
		if (count == 1) != (code.Culprit() != login.CulpritNone) {
			t.Errorf("say in culprits, in pkg/metrics/outcome.go, which metric counts %s", code)
		}
		blamed[code.Culprit()] = true
	}
	for _, c := range login.Culprits() {
		if !blamed[c] {
			t.Errorf("no code has the culprit %d", c)
		}
	}
}
