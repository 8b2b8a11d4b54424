package contract_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// outcomeIn returns the outcome of the last request in a log.
func outcomeIn(log string) (outcome string) {
	for text := range strings.Lines(log) {
		var line struct{ Msg, Outcome string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "request" {
			outcome = line.Outcome
		}
	}
	return outcome
}

// checkOutcome compares the outcome in the log with what the route declares.
func checkOutcome(t *testing.T, route apigw.Route, outcome string, failure login.Code) {
	t.Helper()
	if failure != "" {
		if outcome != string(failure) {
			t.Errorf("the log says %q of %s", outcome, failure)
		}
		return
	}
	if !slices.ContainsFunc(route.Outcomes(), func(o login.Outcome) bool { return o.String() == outcome }) {
		t.Errorf("%s came to %q: declare it in the route's outcomes, in pkg/apigw", route.Key(), outcome)
	}
}

// Every outcome that a route declares occurs.
func TestOutcomes(t *testing.T) {
	declared := map[login.Outcome]bool{login.OutcomeAllowed: true} // the authorizer's
	for _, route := range apigw.Routes() {
		missing := map[string]bool{}
		for _, o := range route.Outcomes() {
			declared[o], missing[o.String()] = true, true
		}
		if len(missing) == 0 {
			t.Errorf("%s has no outcome: declare in pkg/apigw what it comes to", route.Key())
		}
		for _, c := range goodCases(t, route) {
			if len(missing) == 0 {
				break
			}
			w := newMemoryWorld(t)
			w.answerTo(t, route, w.prepare(t, c))
			delete(missing, w.outcome)
		}
		for outcome := range missing {
			t.Errorf("%s: no event comes to %q: add one to events/, or take it out of the route's outcomes", route.Key(), outcome)
		}
	}
	for _, o := range login.Outcomes() {
		if !declared[o] {
			t.Errorf("no route comes to %q: declare it in a route, or take it out of pkg/login/outcome.go", o)
		}
	}
}

// docs/metrics.md lists every outcome, and no other.
func TestOutcomesAreDocumented(t *testing.T) {
	_, section, _ := strings.Cut(string(read(t, "docs/metrics.md")), "## Outcomes in the log")
	section, _, _ = strings.Cut(section, "\n## ")
	var documented, want []string
	for row := range strings.Lines(section) {
		if cells := strings.Split(row, " | "); strings.HasPrefix(row, "| `") && len(cells) == 2 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[0], -1) {
				documented = append(documented, m[1])
			}
		}
	}
	for _, o := range login.Outcomes() {
		want = append(want, o.String())
	}
	slices.Sort(documented)
	slices.Sort(want)
	if !slices.Equal(documented, want) {
		t.Errorf("docs/metrics.md, \"Outcomes in the log\" has %v, pkg/login/outcome.go %v", documented, want)
	}
}
