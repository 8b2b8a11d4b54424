package exposition_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wxbind/wxbind/pkg/exposition"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// scrape gets the metrics as Prometheus does, over HTTP.
func scrape(t *testing.T, m *exposition.Metrics) []byte {
	t.Helper()
	server := httptest.NewServer(m)
	defer server.Close()
	answer, err := http.Get(server.URL + exposition.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || expfmt.ResponseFormat(answer.Header) != expfmt.NewFormat(expfmt.TypeTextPlain) {
		t.Fatalf("%v, %s, %v", err, answer.Status, answer.Header)
	}
	return body
}

// parsed reads the text with Prometheus' own parser.
func parsed(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return families
}

// labelled finds the sample that has these labels: names and values in turn.
func labelled(family *dto.MetricFamily, labels ...string) *dto.Metric {
	for _, m := range family.GetMetric() {
		var has []string
		for _, l := range m.GetLabel() {
			has = append(has, l.GetName(), l.GetValue())
		}
		if slices.Equal(has, labels) {
			return m
		}
	}
	return nil
}

// loggedIn is a login that waited for WeChat and the store.
func loggedIn() requestlog.Request {
	return requestlog.Request{
		Route: "checkbind", Outcome: login.OutcomeLogin, Status: 200, Took: 60 * time.Millisecond,
		Trail: &login.Trail{
			AppID: "MARK", OpenIDHash: "MARK", UserID: "MARK", Phone: "MARK", Events: []login.Event{login.EventLogin},
			WeChat: 50 * time.Millisecond, Store: 7 * time.Millisecond,
		},
	}
}

// failed is a request that failed for this reason.
func failed(code login.Code, cause error, status int) requestlog.Request {
	r := loggedIn()
	r.Outcome, r.Failure, r.Status, r.Trail = nil, &login.Error{Code: code, Cause: cause}, status, &login.Trail{}
	return r
}

// busy returns a Metrics that has seen some of everything.
func busy() *exposition.Metrics {
	m := exposition.New(exposition.Config{Version: `v1 "MARKED"\`, Commit: "abc", Refusals: []int{404, 503}})
	m.Hashing(func() (int, int) { return 2, 5 })
	m.Notices(func() outbox.Stats {
		return outbox.Stats{Users: 3, Oldest: time.Now().Add(-time.Hour), Delivered: 7, Failed: 2}
	})
	for range 3 {
		m.Observe(loggedIn())
	}
	slow := loggedIn()
	slow.Took, slow.Trail.Lapses = 11*time.Second, []error{errors.New("MARK"), &wechat.Error{Fault: wechat.Refused, Errcode: 424242}}
	m.Observe(slow)
	m.Observe(failed(login.WXAddressBlocked, &wechat.Error{Fault: wechat.Refused, Errcode: 40164, Detail: "MARK"}, 200))
	m.Observe(failed(login.WXUnavailable, &wechat.Error{Fault: wechat.NotConnected}, 200))
	m.Observe(failed(login.StoreUnavailable, errors.New("MARK"), 503))
	m.Observe(failed("MARK", nil, 500))
	denied := failed(login.SessionInvalid, nil, 0)
	denied.Route = "authorizer"
	m.Observe(denied)
	m.Refused(404)
	m.Refused(999)
	return m
}

func TestCounts(t *testing.T) {
	families := parsed(t, scrape(t, busy()))
	for name, c := range map[string]struct {
		family string
		labels []string
		want   float64
	}{
		"logins":                         {"wxbind_requests_total", []string{"route", "checkbind", "outcome", "login", "status", "2xx"}, 4},
		"a failure":                      {"wxbind_requests_total", []string{"route", "checkbind", "outcome", "store_unavailable", "status", "5xx"}, 1},
		"a code that nobody knows":       {"wxbind_requests_total", []string{"route", "checkbind", "outcome", "internal", "status", "5xx"}, 1},
		"no status":                      {"wxbind_requests_total", []string{"route", "authorizer", "outcome", "session_invalid", "status", "none"}, 1},
		"the store's fault":              {"wxbind_failures_total", []string{"culprit", "store"}, 1},
		"WeChat's":                       {"wxbind_failures_total", []string{"culprit", "wechat"}, 2},
		"ours":                           {"wxbind_failures_total", []string{"culprit", "internal"}, 1},
		"nobody's yet":                   {"wxbind_failures_total", []string{"culprit", "overload"}, 0},
		"an errcode":                     {"wxbind_wechat_failures_total", []string{"fault", "refused", "errcode", "40164"}, 1},
		"an errcode that nobody knows":   {"wxbind_wechat_failures_total", []string{"fault", "refused", "errcode", "other"}, 1},
		"no connection":                  {"wxbind_wechat_failures_total", []string{"fault", "not connected", "errcode", "none"}, 1},
		"an event":                       {"wxbind_security_events_total", []string{"event", "login"}, 4},
		"an event that has not happened": {"wxbind_security_events_total", []string{"event", "throttled"}, 0},
		"lapses":                         {"wxbind_lapses_total", nil, 2},
		"a refusal":                      {"wxbind_gateway_refusals_total", []string{"status", "404"}, 1},
		"no refusal":                     {"wxbind_gateway_refusals_total", []string{"status", "503"}, 0},
		"hashing":                        {"wxbind_passwords_hashing", nil, 2},
		"waiting":                        {"wxbind_passwords_waiting", nil, 5},
		"the build":                      {"wxbind_build_info", []string{"version", `v1 "MARKED"\`, "commit", "abc"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := labelled(families[c.family], c.labels...)
			if m == nil {
				t.Fatalf("no %s with %q", c.family, c.labels)
			}
			if got := m.GetCounter().GetValue() + m.GetGauge().GetValue(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestHistograms(t *testing.T) {
	families := parsed(t, scrape(t, busy()))
	for name, c := range map[string]struct {
		family       string
		labels       []string
		below, bound float64 // how many took up to the bound
		count        uint64
		sum          float64
	}{
		"whole requests": {"wxbind_request_duration_seconds", []string{"route", "checkbind"}, 7, 0.1, 8, 11.42},
		"beyond":         {"wxbind_request_duration_seconds", []string{"route", "checkbind"}, 7, 10, 8, 11.42},
		"on the bound":   {"wxbind_request_wait_seconds", []string{"on", "wechat"}, 4, 0.05, 4, 0.2},
		"below it":       {"wxbind_request_wait_seconds", []string{"on", "wechat"}, 0, 0.025, 4, 0.2},
		"the store":      {"wxbind_request_wait_seconds", []string{"on", "store"}, 4, 0.01, 4, 0.028},
		"no directory":   {"wxbind_request_wait_seconds", []string{"on", "directory"}, 0, 10, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := labelled(families[c.family], c.labels...).GetHistogram()
			for _, b := range h.GetBucket() {
				if b.GetUpperBound() == c.bound && b.GetCumulativeCount() != uint64(c.below) {
					t.Errorf("%d up to %v, want %v", b.GetCumulativeCount(), c.bound, c.below)
				}
			}
			if got := h.GetSampleSum(); h.GetSampleCount() != c.count || got < c.sum-1e-9 || got > c.sum+1e-9 || len(h.GetBucket()) != 12 {
				t.Errorf("got %v", h)
			}
		})
	}
}

// Names, units and types are as Prometheus' linter wants them.
func TestConventions(t *testing.T) {
	problems, err := promlint.New(bytes.NewReader(scrape(t, busy()))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", err, problems)
	}
}

// No text from elsewhere becomes a label.
func TestNothingForeign(t *testing.T) {
	text := strings.ReplaceAll(string(scrape(t, busy())), "MARKED", "")
	if strings.Contains(text, "MARK") || strings.Contains(text, "424242") {
		t.Errorf("got %s", text)
	}
}

// docs/metrics.md lists the metrics with their labels.
func TestMetricsAreDocumented(t *testing.T) {
	document, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(document), "\n## Prometheus\n")
	section, _, _ = strings.Cut(section, "\n## ")
	listed := map[string][]string{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| `") || len(cells) < 3 {
			continue
		}
		words := regexp.MustCompile("`([a-z_]+)`")
		for _, name := range words.FindAllStringSubmatch(cells[0], -1) {
			listed[name[1]] = []string{}
			for _, label := range words.FindAllStringSubmatch(cells[1], -1) {
				listed[name[1]] = append(listed[name[1]], label[1])
			}
		}
	}
	families := parsed(t, scrape(t, busy()))
	for name, family := range families {
		var labels []string
		for _, l := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		if got, ok := listed[name]; !ok || !slices.Equal(got, labels) {
			t.Errorf("docs/metrics.md lists %s with the labels %q, it has %q", name, got, labels)
		}
		delete(listed, name)
	}
	for _, name := range regexp.MustCompile(`\bwxbind_[a-z_]+`).FindAllString(section, -1) { // the rules, too
		if families[strings.TrimSuffix(name, "_bucket")] == nil {
			t.Errorf("docs/metrics.md names %s, which there is not", name)
		}
	}
	for name := range listed {
		t.Errorf("docs/metrics.md lists %s, which there is not", name)
	}
}

func TestProcess(t *testing.T) {
	families := parsed(t, scrape(t, busy()))
	for name, atLeast := range map[string]float64{
		"process_start_time_seconds": float64(time.Now().Add(-time.Hour).Unix()), "process_resident_memory_bytes": 1 << 20, "process_open_fds": 3,
		"process_max_fds": 16, "process_cpu_seconds_total": 0.001, "go_goroutines": 2, "go_memstats_heap_alloc_bytes": 1 << 10, "go_info": 1,
	} {
		if m := first(families[name]); m.GetCounter().GetValue()+m.GetGauge().GetValue() < atLeast {
			t.Errorf("%s is %v", name, m)
		}
	}
}

func first(family *dto.MetricFamily) *dto.Metric {
	if len(family.GetMetric()) == 0 {
		return nil
	}
	return family.GetMetric()[0]
}

func TestWhoMayAsk(t *testing.T) {
	m := busy()
	for name, c := range map[string]struct {
		method, host, path string
		want               int
	}{
		"Prometheus":         {"GET", "127.0.0.1:9464", "/metrics", 200},
		"by IPv6":            {"GET", "[::1]:9464", "/metrics", 200},
		"without a port":     {"GET", "[::1]", "/metrics", 200},
		"by name":            {"HEAD", "localhost:9464", "/metrics", 200},
		"under another name": {"GET", "evil.example:9464", "/metrics", 421},
		"under a lookalike":  {"GET", "127.0.0.1.evil.example", "/metrics", 421},
		"another address":    {"GET", "192.0.2.1:9464", "/metrics", 421},
		"another path":       {"GET", "localhost", "/", 404},
		"a query":            {"GET", "localhost", "/metrics?x=y", 200},
		"POST":               {"POST", "localhost", "/metrics", 405},
	} {
		t.Run(name, func(t *testing.T) {
			r, w := httptest.NewRequest(c.method, c.path, nil), httptest.NewRecorder()
			r.Host = c.host
			m.ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("got %d, want %d", w.Code, c.want)
			}
		})
	}
}

// A request that is like others costs no memory.
func TestObserveAllocatesNothing(t *testing.T) {
	m := busy()
	r := loggedIn()
	if got := testing.AllocsPerRun(100, func() { m.Observe(r) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// Scrapes and requests at the same time see whole numbers: a histogram's count is that of its requests.
func TestTogether(t *testing.T) {
	m := exposition.New(exposition.Config{})
	var wg sync.WaitGroup
	const each = 500
	for range 4 {
		wg.Go(func() {
			for range each {
				m.Observe(loggedIn())
			}
		})
	}
	for range 10 {
		families := parsed(t, scrape(t, m))
		requests := first(families["wxbind_requests_total"]).GetCounter().GetValue()
		if took := first(families["wxbind_request_duration_seconds"]).GetHistogram().GetSampleCount(); float64(took) != requests {
			t.Errorf("%v requests, %d of them timed", requests, took)
		}
	}
	wg.Wait()
	if got := first(parsed(t, scrape(t, m))["wxbind_requests_total"]).GetCounter().GetValue(); got != 4*each {
		t.Errorf("%v requests", got)
	}
}

func BenchmarkObserve(b *testing.B) {
	m, r := busy(), loggedIn()
	b.ReportAllocs()
	for b.Loop() {
		m.Observe(r)
	}
}
