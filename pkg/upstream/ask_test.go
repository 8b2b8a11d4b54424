package upstream_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
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
