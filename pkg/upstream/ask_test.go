package upstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// source is a body that counts what is read of it, and records whether it is closed.
type source struct {
	io.Reader
	read   int
	closed bool
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.read += n
	return n, err
}

func (s *source) Close() error { s.closed = true; return nil }

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestBodyIsReadToOneByteMoreThanItsLimit(t *testing.T) {
	for name, row := range map[string]struct {
		body io.Reader
		want int
	}{
		"shorter":     {strings.NewReader("ab"), 2},
		"without end": {endless{}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			body := &source{Reader: row.body}
			a, err := upstream.Ask(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 404, Header: http.Header{"A": {"b"}}, Body: body}, nil
			}, nil, 4)
			if err != nil || a.Status != 404 || a.Header.Get("A") != "b" || len(a.Body) != row.want || body.read != row.want || !body.closed {
				t.Errorf("%+v, %v; %d bytes read, closed: %v", a, err, body.read, body.closed)
			}
		})
	}
}

func TestBrokenBodyIsNoAnswer(t *testing.T) {
	body := &source{Reader: io.MultiReader(strings.NewReader("half"), cutOff{})}
	a, err := upstream.Ask(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	}, nil, 10)
	if !errors.Is(err, io.ErrUnexpectedEOF) || a.Status != 0 || !body.closed {
		t.Errorf("%+v, %v, closed: %v", a, err, body.closed)
	}
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestClientFollowsNoRedirect(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	resp, err := upstream.Client(http.DefaultTransport, time.Minute).Post(server.URL, "text/plain", strings.NewReader("S3CRET"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusTemporaryRedirect || calls != 1 {
		t.Errorf("status %d after %d calls", resp.StatusCode, calls)
	}
}

// countedWrites counts what is written to a connection, and in how many pieces.
type countedWrites struct {
	net.Conn
	writes, bytes *atomic.Int64
}

func (c countedWrites) Write(b []byte) (int, error) {
	c.writes.Add(1)
	c.bytes.Add(int64(len(b)))
	return c.Conn.Write(b)
}

// The SDK's bodies have a type that net/http does not know.
func TestClientSendsARequestInOnePiece(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	defer server.Close()
	var writes, written atomic.Int64
	transport := upstream.NewTransport(upstream.TransportConfig{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return countedWrites{conn, &writes, &written}, err
	}})
	defer transport.CloseIdleConnections()
	client := upstream.Client(transport, time.Minute)
	for name, row := range map[string]struct {
		body string
		size int64
		want string // "" if the request fails
	}{
		"a body":                   {"what is asked", 13, "what is asked"},
		"a body of unknown length": {"what is asked", -1, "what is asked"},
		"less than its length":     {"what is asked", 14, ""},
		"a long one":               {strings.Repeat("x", 2000), 2000, strings.Repeat("x", 2000)},
	} {
		t.Run(name, func(t *testing.T) {
			body := &source{Reader: strings.NewReader(row.body)}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
			if err != nil {
				t.Fatal(err)
			}
			req.ContentLength = row.size
			writes.Store(0)
			written.Store(0)
			resp, err := client.Do(req)
			if !body.closed || req.Body != body {
				t.Errorf("its body is closed: %v, and another: %v", body.closed, req.Body != body)
			}
			if row.want == "" {
				if err == nil || written.Load() > 0 {
					t.Errorf("%v after %d bytes", err, written.Load())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if echo, err := io.ReadAll(resp.Body); err != nil || string(echo) != row.want {
				t.Errorf("it arrives as %q, %v", echo, err)
			}
			if n := writes.Load(); row.size > 0 && n != 1 {
				t.Errorf("it goes out in %d pieces", n)
			}
		})
	}
}

func TestClientWaitsForTheBodyNoLongerThanForAll(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	resp, err := upstream.Client(http.DefaultTransport, 500*time.Millisecond).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !os.IsTimeout(err) {
		t.Errorf("got %v", err)
	}
}
