package exposition

import (
	"cmp"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// Path is where the metrics are.
	Path = "/metrics"
	// contentType is that of the text format.
	contentType = "text/plain; version=0.0.4; charset=utf-8"
)

// ServeHTTP shows the metrics at Path. It answers no request under a name that is not this machine's own: a page in a
// browser here may have made its name lead to loopback.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !local(r.Host):
		http.Error(w, "Misdirected Request", http.StatusMisdirectedRequest)
	case r.URL.Path != Path:
		http.Error(w, "Not Found", http.StatusNotFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-store")
		w.Write(m.page()) //nolint:errcheck // the scraper has disconnected
	}
}

// local says whether a Host names this machine: localhost or an address of loopback.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if len(host) > 2 && host[0] == '[' {
		host = host[1 : len(host)-1]
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// page is the text of all metrics.
func (m *Metrics) page() []byte {
	var p page
	c := m.copy()
	p.writeRequests(c)
	p.writeFailures(c)
	hashing, waiting := m.load()
	p.family("wxbind_passwords_hashing", "gauge", "Passwords that are being hashed.")
	p.number("wxbind_passwords_hashing", float64(hashing))
	p.family("wxbind_passwords_waiting", "gauge", "Passwords that wait for a processor to be hashed on.")
	p.number("wxbind_passwords_waiting", float64(waiting))
	m.writeNotices(&p)
	p.family("wxbind_build_info", "gauge", "What this process was built from; always 1.")
	p.count("wxbind_build_info", 1, "version", m.build.Version, "commit", m.build.Commit)
	p.writeProcess(m.started)
	return p
}

func (p *page) writeRequests(c counts) {
	p.family("wxbind_requests_total", "counter", "Requests by route, by how they ended, and by the class of the answer's status.")
	for _, r := range slices.SortedFunc(maps.Keys(c.requests), func(a, b request) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.outcome, b.outcome), cmp.Compare(a.class, b.class))
	}) {
		p.count("wxbind_requests_total", c.requests[r], "route", r.route, "outcome", r.outcome, "status", className(r.class))
	}
	p.family("wxbind_request_duration_seconds", "histogram", "How long requests took, by route.")
	for _, route := range slices.Sorted(maps.Keys(c.took)) {
		p.histogram("wxbind_request_duration_seconds", c.took[route], "route", route)
	}
	p.family("wxbind_request_wait_seconds", "histogram", "How long requests waited on WeChat, the store, the hashing of passwords and the directory, if they did.")
	for i, on := range waitNames {
		p.histogram("wxbind_request_wait_seconds", c.waits[i], "on", on)
	}
	p.family("wxbind_gateway_refusals_total", "counter", "Answers that no route gave, by status.")
	for _, status := range slices.Sorted(maps.Keys(c.refusals)) {
		p.count("wxbind_gateway_refusals_total", c.refusals[status], "status", strconv.Itoa(status))
	}
}

func (p *page) writeFailures(c counts) {
	p.family("wxbind_failures_total", "counter", "Requests that failed through no fault of the client, by whose fault it was.")
	for _, culprit := range login.Culprits() {
		p.count("wxbind_failures_total", c.failures[culprit], "culprit", culprits[culprit])
	}
	p.family("wxbind_lapses_total", "counter", "Failures that requests survived.")
	p.count("wxbind_lapses_total", c.lapses)
	p.family("wxbind_wechat_failures_total", "counter", "Calls to WeChat that failed, by how, and by WeChat's errcode.")
	for _, failed := range slices.SortedFunc(maps.Keys(c.wechat), func(a, b call) int {
		return cmp.Or(cmp.Compare(a.fault, b.fault), cmp.Compare(a.errcode, b.errcode))
	}) {
		p.count("wxbind_wechat_failures_total", c.wechat[failed], "fault", string(failed.fault), "errcode", errcodeName(failed.errcode))
	}
	p.family("wxbind_security_events_total", "counter", "Security events of requests.")
	for _, event := range slices.Sorted(maps.Keys(c.events)) {
		p.count("wxbind_security_events_total", c.events[event], "event", string(event))
	}
}
