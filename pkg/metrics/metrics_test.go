package metrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 345_000_000, time.FixedZone("CST", 8*3600))

// full returns a login that has everything except a failure.
func full() metrics.Request {
	return metrics.Request{
		Counted: metrics.CountedAsLogin, Outcome: login.OutcomeLogin, Took: 61234567 * time.Nanosecond,
		Trail: &login.Trail{
			AppID: "MARK", OpenIDHash: "MARK", UserID: "MARK",
			WeChat: 50 * time.Millisecond, Store: 1500 * time.Microsecond, Hashing: 7 * time.Millisecond, Directory: time.Millisecond,
			Events: []login.Event{login.EventBind}, Lapses: []error{errors.New("MARK")},
		},
	}
}

// shown returns what CloudWatch makes from the line of a request: values by metric, and by metric and error.
func shown(t *testing.T, r metrics.Request) map[string]float64 {
	t.Helper()
	if own := metrics.Append(nil, noon, []byte(`"prod"`), r); bytes.Contains(own, []byte("MARK")) {
		t.Errorf("it tells of a person: %s", own)
	}
	var out bytes.Buffer
	whole := requestlog.Request{Route: "bind", Counted: r.Counted, Outcome: r.Outcome, Took: r.Took, Trail: r.Trail}
	if r.Failure != "" {
		whole.Failure = &login.Error{Code: r.Failure}
	}
	requestlog.New(requestlog.Config{Output: &out, Stack: "prod"}).Write(whole)
	var line struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	var members map[string]any
	if err := errors.Join(json.Unmarshal(out.Bytes(), &line), json.Unmarshal(out.Bytes(), &members)); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	found := map[string]float64{}
	for _, directive := range line.AWS.CloudWatchMetrics {
		if len(directive.Dimensions) != 1 || len(directive.Metrics) == 0 {
			t.Fatalf("a directive without metrics: %s", out.String())
		}
		by := ""
		for _, dimension := range directive.Dimensions[0] {
			value, ok := members[dimension].(string)
			if !ok || value == "" {
				t.Errorf("the dimension %s has no value: %s", dimension, out.String())
			}
			if dimension == metrics.Error {
				by = " " + value
			}
		}
		for _, m := range directive.Metrics {
			value, ok := members[m.Name].(float64)
			if !ok {
				t.Errorf("the metric %s has no value: %s", m.Name, out.String())
			}
			found[m.Name+by] = value
		}
	}
	return found
}

// causes lists the metrics that say whose fault a failure was.
var causes = []string{
	metrics.WeChatFailures, metrics.AppSecretRejected, metrics.StoreFailures,
	metrics.SecretFailures, metrics.DirectoryFailures, metrics.Overloads, metrics.InternalFailures,
}

// Every failure has a metric, and does not count as a success. A failure that is not the
// person's fault has a culprit.
func TestEveryFailureCounts(t *testing.T) {
	for _, code := range login.Codes() {
		t.Run(string(code), func(t *testing.T) {
			by := string(code)
			blamed := 0
			switch code.Kind() {
			case login.KindMalformed, login.KindTooLarge:
				by = "malformed"
			case login.KindUnavailable, login.KindInternal:
				blamed = 1
			}
			for visit, total := range map[bool]string{false: metrics.LoginFailures, true: metrics.VisitFailures} {
				r := full()
				r.Counted, r.Outcome, r.Failure = counted(visit), nil, code
				found := shown(t, r)
				if found[total] != 1 {
					t.Errorf("no %s: %v", total, found)
				}
				if byError := found[total+" "+by]; (byError == 1) == visit {
					t.Errorf("visit %v, error %s: %v", visit, by, found)
				}
				for _, success := range []string{metrics.Logins, metrics.Binds, metrics.Unbound, metrics.Bound, metrics.Visits} {
					if _, ok := found[success]; ok {
						t.Errorf("a failure counts as %s", success)
					}
				}
				count := 0
				for _, cause := range causes {
					count += int(found[cause])
				}
				if count != blamed {
					t.Errorf("%d culprits, want %d: %v", count, blamed, found)
				}
				for name := range found {
					if by == "malformed" && strings.HasSuffix(name, "Latency") {
						t.Errorf("a request that was not understood has %s", name)
					}
				}
			}
		})
	}
}

func counted(visit bool) metrics.Counting {
	if visit {
		return metrics.CountedAsVisit
	}
	return metrics.CountedAsLogin
}

// A code that the domain does not know makes no new metric.
func TestNoForeignError(t *testing.T) {
	r := full()
	r.Failure = login.Code(`x","MARK":"`)
	if found := shown(t, r); found[metrics.LoginFailures+" internal"] != 1 || found[metrics.InternalFailures] != 1 {
		t.Errorf("got %v", found)
	}
}

// docs/metrics.md lists all metrics, how many can exist at most, and the failures of each
// culprit.
func TestDocumented(t *testing.T) {
	document, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	found, all := map[string]string{}, map[string]bool{}
	note := func(r metrics.Request) {
		for name := range shown(t, r) {
			all[name] = true
			metric, by, _ := strings.Cut(name, " ")
			_, latency := strings.CutSuffix(metric, "Latency")
			if latency {
				found[metric] = "`Stack` | milliseconds"
			} else if found[metric] == "" {
				found[metric] = "`Stack` | count"
			}
			if by != "" {
				found[metric] = "`Stack`; `Stack` and `Error` | count"
			}
			if slices.Contains(causes, metric) && !rowOf(document, metric, "`"+string(r.Failure)+"`") {
				t.Errorf("docs/metrics.md does not say that %s is one of %s", r.Failure, metric)
			}
		}
	}
	for _, counting := range []metrics.Counting{metrics.CountedAsLogin, metrics.CountedAsVisit, metrics.CountedAsPush} {
		for _, outcome := range login.Outcomes() {
			r := full()
			r.Counted, r.Outcome = counting, outcome
			note(r)
		}
		for _, code := range login.Codes() {
			r := full()
			r.Counted, r.Failure = counting, code
			note(r)
		}
	}
	documented := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\| (.*? \\| (?:count|milliseconds)) \\|").FindAllStringSubmatch(string(document), -1) {
		documented[m[1]] = m[2]
	}
	if !maps.Equal(documented, found) {
		t.Errorf("docs/metrics.md has %v, the code %v", documented, found)
	}
	if !strings.Contains(string(document), " "+strconv.Itoa(len(all))+" metrics") {
		t.Errorf("docs/metrics.md does not say that %d metrics can exist", len(all))
	}
}

// rowOf says whether a metric's row in the document contains a text.
func rowOf(document []byte, metric, text string) bool {
	for row := range strings.Lines(string(document)) {
		if strings.HasPrefix(row, "| `"+metric+"`") {
			return strings.Contains(row, text)
		}
	}
	return false
}
