package dynamotest

import (
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Proxy stands between a client and an engine. It counts the requests and makes the faults that its rules ask for. It
// passes on everything else unchanged.
type Proxy struct {
	server *httptest.Server
	engine string

	mu    sync.Mutex
	rules []*Rule
	seen  map[string]int
}

// Rule says which requests meet a fault. With zero Skip and Times, it is the first one that matches.
type Rule struct {
	// Operation is DynamoDB's name of the request, such as "PutItem", or "" for any.
	Operation string
	// Body matches the JSON of the request. Nil matches any.
	Body func(body []byte) bool
	// Skip lets this many matching requests pass first.
	Skip int
	// Times is how many requests meet the fault: 0 for one, Always for all.
	Times int
	Fault Fault
}

// Always is a Rule's Times for all requests.
const Always = -1

// NewProxy starts a proxy in front of the engine at an endpoint, for one test.
func NewProxy(tb testing.TB, endpoint string) *Proxy {
	p := &Proxy{engine: endpoint, seen: map[string]int{}}
	p.server = httptest.NewServer(p)
	tb.Cleanup(p.server.Close)
	return p
}

// URL is the endpoint for the client.
func (p *Proxy) URL() string { return p.server.URL }

// Inject appends a rule. A request meets the first rule that matches and is not used up.
func (p *Proxy) Inject(r Rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Times == 0 {
		r.Times = 1
	}
	p.rules = append(p.rules, &r)
}

// Requests returns the number of requests by operation, retries included.
func (p *Proxy) Requests() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.seen)
}

// Reset forgets all rules and requests.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules, p.seen = nil, map[string]int{}
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has disconnected
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	x := &Exchange{engine: p.engine, operation: operation, request: r, body: body, w: w}
	if fault := p.faultFor(operation, body); fault != nil {
		fault(x)
		return
	}
	x.pass()
}

func (p *Proxy) faultFor(operation string, body []byte) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[operation]++
	for _, r := range p.rules {
		switch {
		case r.Operation != "" && r.Operation != operation,
			r.Body != nil && !r.Body(body),
			r.Times == 0:
			continue
		case r.Skip > 0:
			r.Skip--
			continue
		case r.Times > 0:
			r.Times--
		}
		return r.Fault
	}
	return nil
}

// Exchange is one request with the means to answer it. A test's own Fault can pass it to a Fault of this package.
type Exchange struct {
	engine    string
	operation string
	request   *http.Request
	body      []byte
	w         http.ResponseWriter
}

// pass forwards the request and returns its answer to the client.
func (x *Exchange) pass() {
	status, header, body, err := x.forward()
	if err != nil {
		x.reset()
		return
	}
	x.answer(status, header, body)
}

// forward has the engine execute the request.
func (x *Exchange) forward() (status int, header http.Header, body []byte, err error) {
	req, err := http.NewRequestWithContext(x.request.Context(), x.request.Method, x.engine+x.request.URL.Path, bytes.NewReader(x.body))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header = x.request.Header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, body, err
}

func (x *Exchange) answer(status int, header http.Header, body []byte) {
	for name, values := range header {
		x.w.Header()[name] = values
	}
	x.w.Header().Del("Content-Length")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client may have disconnected
}

// reset ends the connection abruptly, without an answer.
func (x *Exchange) reset() {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
