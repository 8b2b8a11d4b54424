package metrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 345_000_000, time.FixedZone("CST", 8*3600))

// writerOn returns a writer for the stack "prod", at noon.
func writerOn(out io.Writer) *metrics.Writer {
	return metrics.New(metrics.Config{Output: out, Stack: "prod", Now: func() time.Time { return noon }})
}

// full returns a login that has everything except a failure.
func full() metrics.Request {
	return metrics.Request{
		Route: "bind", Outcome: login.OutcomeLogin, Took: 61234567 * time.Nanosecond,
		Trail: &login.Trail{
			AppID: "MARK", OpenIDHash: "MARK", UserID: "MARK",
			WeChat: 50 * time.Millisecond, Store: 1500 * time.Microsecond, Hashing: 7 * time.Millisecond, Directory: time.Millisecond,
			Events: []login.Event{login.EventBind}, Lapses: []error{errors.New("MARK")},
		},
	}
}

// The test compares the whole line: CloudWatch makes no metrics from a line that is not
// quite right, and does not say so in the log.
func TestLine(t *testing.T) {
	const head = `{"level":"FATAL","msg":"metrics","timestamp":"2026-01-02T04:00:00.345Z","_aws":{"Timestamp":1767326400345,"CloudWatchMetrics":[{"Namespace":"wxbind","Dimensions":[["Stack"]],"Metrics":[`
	for name, c := range map[string]struct {
		change func(*metrics.Request)
		want   string
	}{
		"a bind": {
			func(*metrics.Request) {},
			`{"Name":"Logins","Unit":"Count"},{"Name":"Binds","Unit":"Count"},{"Name":"Lapses","Unit":"Count"},` +
				`{"Name":"LoginLatency","Unit":"Milliseconds"},{"Name":"WeChatLatency","Unit":"Milliseconds"},{"Name":"StoreLatency","Unit":"Milliseconds"},` +
				`{"Name":"HashingLatency","Unit":"Milliseconds"},{"Name":"DirectoryLatency","Unit":"Milliseconds"}]}]},` +
				`"Stack":"prod","route":"bind","Logins":1,"Binds":1,"Lapses":1,` +
				`"LoginLatency":61.234,"WeChatLatency":50,"StoreLatency":1.5,"HashingLatency":7,"DirectoryLatency":1}`,
		},
		"a login that fails": {
			func(r *metrics.Request) {
				r.Outcome, r.Failure, r.Trail = nil, login.StoreUnavailable, &login.Trail{}
			},
			`{"Name":"LoginFailures","Unit":"Count"},{"Name":"StoreFailures","Unit":"Count"},{"Name":"LoginLatency","Unit":"Milliseconds"}]},` +
				`{"Namespace":"wxbind","Dimensions":[["Stack","Outcome"]],"Metrics":[{"Name":"LoginFailures","Unit":"Count"}]}]},` +
				`"Stack":"prod","route":"bind","LoginFailures":1,"StoreFailures":1,"LoginLatency":61.234,"Outcome":"store_unavailable"}`,
		},
		"a visit": {
			func(r *metrics.Request) {
				r.Route, r.Visit, r.Trail.Events, r.Trail.Lapses = "userinfo", true, nil, nil
			},
			`{"Name":"Visits","Unit":"Count"},{"Name":"VisitLatency","Unit":"Milliseconds"}]}]},` +
				`"Stack":"prod","route":"userinfo","Visits":1,"VisitLatency":61.234}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			r := full()
			c.change(&r)
			w := writerOn(&out)
			for range 2 { // the second is made in the memory of the first
				out.Reset()
				w.Write(r)
				if got := out.String(); got != head+c.want+"\n" {
					t.Errorf("got  %swant %s", got, head+c.want)
				}
			}
		})
	}
}

// shown returns what CloudWatch makes from a line: values by metric, and by metric and outcome.
func shown(t *testing.T, r metrics.Request) map[string]float64 {
	t.Helper()
	var out bytes.Buffer
	writerOn(&out).Write(r)
	if strings.Contains(out.String(), "MARK") {
		t.Errorf("it tells of a person: %s", out.String())
	}
	var line struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
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
			if dimension == metrics.Outcome {
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
			outcome := string(code)
			blamed := 0
			switch code.Kind() {
			case login.KindMalformed, login.KindTooLarge:
				outcome = "malformed"
			case login.KindUnavailable, login.KindInternal:
				blamed = 1
			}
			for visit, total := range map[bool]string{false: metrics.LoginFailures, true: metrics.VisitFailures} {
				r := full()
				r.Visit, r.Outcome, r.Failure = visit, nil, code
				found := shown(t, r)
				if found[total] != 1 {
					t.Errorf("no %s: %v", total, found)
				}
				if byOutcome := found[total+" "+outcome]; (byOutcome == 1) == visit {
					t.Errorf("visit %v, outcome %s: %v", visit, outcome, found)
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
					if outcome == "malformed" && strings.HasSuffix(name, "Latency") {
						t.Errorf("a request that was not understood has %s", name)
					}
				}
			}
		})
	}
}

// A code that the domain does not know makes no new metric.
func TestNoForeignOutcome(t *testing.T) {
	r := full()
	r.Failure = login.Code(`x","MARK":"`)
	if found := shown(t, r); found[metrics.LoginFailures+" internal"] != 1 || found[metrics.InternalFailures] != 1 {
		t.Errorf("got %v", found)
	}
}

func TestAStackIsAnyText(t *testing.T) {
	var out bytes.Buffer
	metrics.New(metrics.Config{Output: &out, Stack: "a\"b\\c\n"}).Write(full())
	var line struct{ Stack string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Stack != "a\"b\\c\n" || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Errorf("%v: %s", err, out.String())
	}
}

// Requests that end at the same time each have a whole line.
func TestLinesDoNotMix(t *testing.T) {
	var out bytes.Buffer
	w := writerOn(&out)
	var wg sync.WaitGroup
	const writers, each = 8, 50
	for range writers {
		wg.Go(func() {
			for range each {
				w.Write(full())
			}
		})
	}
	wg.Wait()
	if n := strings.Count(out.String(), `"DirectoryLatency":1}`+"\n"); n != writers*each || !json.Valid(bytes.SplitN(out.Bytes(), []byte("\n"), 2)[0]) {
		t.Errorf("%d whole lines, want %d", n, writers*each)
	}
}

func TestNilWriterWritesNothing(*testing.T) {
	var none *metrics.Writer
	none.Write(full())
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
			metric, outcome, _ := strings.Cut(name, " ")
			_, latency := strings.CutSuffix(metric, "Latency")
			if latency {
				found[metric] = "`Stack` | Milliseconds"
			} else if found[metric] == "" {
				found[metric] = "`Stack` | Count"
			}
			if outcome != "" {
				found[metric] = "`Stack`; `Stack` and `Outcome` | Count"
			}
			if slices.Contains(causes, metric) && !rowOf(document, metric, "`"+string(r.Failure)+"`") {
				t.Errorf("docs/metrics.md does not say that %s is one of %s", r.Failure, metric)
			}
		}
	}
	for _, visit := range []bool{false, true} {
		for _, outcome := range login.Outcomes() {
			r := full()
			r.Visit, r.Outcome = visit, outcome
			note(r)
		}
		for _, code := range login.Codes() {
			r := full()
			r.Visit, r.Failure = visit, code
			note(r)
		}
	}
	documented := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\| (.*? \\| (?:Count|Milliseconds)) \\|").FindAllStringSubmatch(string(document), -1) {
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

// Writing a request's metrics allocates nothing.
func TestWriteAllocatesNothing(t *testing.T) {
	w, r := writerOn(io.Discard), full()
	if n := testing.AllocsPerRun(100, func() { w.Write(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	w, r := writerOn(io.Discard), full()
	b.ReportAllocs()
	for b.Loop() {
		w.Write(r)
	}
}
