package main

import (
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

var metricsOn = regexp.MustCompile(`metrics (http://\S+/metrics)`)

// scrape gets the metrics as Prometheus does, and reads them with its parser.
func (s *server) scrape() map[string]*dto.MetricFamily {
	s.Helper()
	m := metricsOn.FindStringSubmatch(s.greeting)
	if m == nil {
		s.Fatalf("it does not say where: %s", s.greeting)
	}
	answer, err := http.Get(m[1])
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return families
}

// counted is the value of the sample that has these labels, names and values in turn; -1 if there is none.
func counted(family *dto.MetricFamily, labels ...string) float64 {
	for _, m := range family.GetMetric() {
		var has []string
		for _, l := range m.GetLabel() {
			has = append(has, l.GetName(), l.GetValue())
		}
		if slices.Equal(has, labels) {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return -1
}

func TestServeMetrics(t *testing.T) {
	s := startServerWith(t, []string{"--data", t.TempDir(), "--metrics", "127.0.0.1:0"})
	if got := counted(s.scrape()["wxbind_gateway_refusals_total"], "status", "404"); got != 0 {
		t.Errorf("%v refusals before there were any", got)
	}
	s.paste()
	s.check("error40029-1")
	s.do(s.url+"/mobileApi/user/bind", `{"code":"alice-9","username":"demo","password":"wrong word"}`)
	for range 3 {
		answer, err := http.Get(s.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusNotFound {
			t.Fatalf("the API's own address has metrics: %s", answer.Status)
		}
	}
	families := s.scrape()
	for name, c := range map[string]struct {
		family string
		labels []string
		want   float64
	}{
		"unbound":      {"wxbind_requests_total", []string{"route", "checkbind", "outcome", "unbound", "status", "2xx"}, 2},
		"a bind":       {"wxbind_requests_total", []string{"route", "bind", "outcome", "login", "status", "2xx"}, 1},
		"a login":      {"wxbind_requests_total", []string{"route", "checkbind", "outcome", "login", "status", "2xx"}, 1},
		"wrong":        {"wxbind_security_events_total", []string{"event", "wrong_password"}, 1},
		"times":        {"wxbind_request_duration_seconds", []string{"route", "bind"}, 2},
		"hashed":       {"wxbind_request_wait_seconds", []string{"on", "hashing"}, 2},
		"WeChat asked": {"wxbind_request_wait_seconds", []string{"on", "wechat"}, 5},
		"no route":     {"wxbind_gateway_refusals_total", []string{"status", "404"}, 3},
		"idle":         {"wxbind_passwords_hashing", nil, 0},
	} {
		if got := counted(families[c.family], c.labels...); got != c.want {
			t.Errorf("%s: %v, want %v in %v", name, got, c.want, families[c.family])
		}
	}
	s.interrupt()
	if strings.Contains(s.log.String(), "/metrics") {
		t.Errorf("a scrape is in the log: %s", s.log)
	}
}

// Whoever reads the metrics knows how many log in, and a proxy forwards what it is told to: they are on loopback only, and not
// beside the API.
func TestMetricsAreForThisMachine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct{ addr, want string }{
		"all addresses": {"0.0.0.0:0", "listen on loopback"},
		"no host":       {":0", "listen on loopback"},
		"IPv6":          {"[::]:0", "listen on loopback"},
		"taken":         {taken.Addr().String(), "choose another address with --metrics"},
		"empty":         {"", "--metrics"},
	} {
		t.Run(name, func(t *testing.T) {
			said, err := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--metrics", c.addr).CombinedOutput()
			if err == nil || !strings.Contains(string(said), c.want) || strings.Contains(string(said), "serving on") {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}

// Without the flag nothing else listens, and the API has no such path.
func TestNoMetricsWithoutTheFlag(t *testing.T) {
	s := startServer(t, t.TempDir())
	answer, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusNotFound || metricsOn.MatchString(s.greeting) {
		t.Errorf("%s %s: %s", answer.Status, body, s.greeting)
	}
}
