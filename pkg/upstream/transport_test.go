package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

func TestDialAndHandshakeAreBounded(t *testing.T) {
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	mute := func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() { // takes what is written, and says nothing
			for b := make([]byte, 4096); ; {
				if _, err := there.Read(b); err != nil {
					return
				}
			}
		}()
		return here, nil
	}
	for name, row := range map[string]struct {
		dial upstream.Dial
		want time.Duration
	}{"dial": {hang, upstream.DialTimeout}, "handshake": {mute, upstream.HandshakeTimeout}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := upstream.NewTransport(upstream.TransportConfig{Dial: row.dial})
				begun := time.Now()
				resp, err := transport.RoundTrip(&http.Request{
					Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "api.test"}, Header: http.Header{},
				})
				if err == nil {
					resp.Body.Close()
				}
				if took := time.Since(begun); err == nil || upstream.Describe(err) != "timed out" || took != row.want {
					t.Errorf("%v after %v, want %v", err, took, row.want)
				}
			})
		})
	}
}

func TestHeaderIsBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 10_000))
	}))
	defer server.Close()
	for limit, good := range map[int64]bool{0: true, 4096: false} {
		resp, err := (&http.Client{Transport: upstream.NewTransport(upstream.TransportConfig{MaxHeader: limit})}).Get(server.URL)
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != good {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestRequestGoesByTheProxyThatIsNamed(t *testing.T) {
	no := errors.New("no proxy for this")
	transport := upstream.NewTransport(upstream.TransportConfig{Proxy: func(*http.Request) (*url.URL, error) { return nil, no }})
	resp, err := (&http.Client{Transport: transport}).Get("http://api.test")
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
}

func TestBaseURLs(t *testing.T) {
	for text, want := range map[string]string{
		"https://api.test":                "https://api.test/",
		"http://api.test:8080/a%20b/":     "http://api.test:8080/a%20b/",
		"":                                "must be an http or https URL with a host",
		"api.test":                        "must be an http or https URL with a host",
		"ftp://api.test":                  "must be an http or https URL with a host",
		"https://:443":                    "must be an http or https URL with a host",
		"https://api.test/%zzS3CRET":      "must be an http or https URL with a host",
		"https://u:S3CRET@api.test":       "must have no user, query or fragment",
		"https://api.test?":               "must have no user, query or fragment",
		"https://api.test?k=S3CRET":       "must have no user, query or fragment",
		"https://api.test/#S3CRET":        "must have no user, query or fragment",
		"http://\x7f.test/S3CRET":         "must be an http or https URL with a host",
		"https://[::1]:8080/with/a/path/": "https://[::1]:8080/with/a/path/",
	} {
		u, err := upstream.ParseBase(text, "an http or https URL")
		got := fmt.Sprint(err)
		if err == nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestWhatNobodyCanListenTo(t *testing.T) {
	for text, want := range map[string]bool{
		"https://api.test": true, "http://localhost:1": true, "http://127.9.9.9": true, "http://[::1]": true, "http://[::ffff:127.0.0.1]": true,
		"http://api.test": false, "http://localhost.test": false, "http://0.0.0.0": false, "http://192.0.2.1": false,
	} {
		u, err := upstream.ParseBase(text, "a URL")
		if err != nil || upstream.Private(u) != want {
			t.Errorf("%s: %v, want %v", text, !want, want)
		}
	}
}
