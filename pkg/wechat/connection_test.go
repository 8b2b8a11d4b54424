package wechat_test

import (
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestBodyIsReadToItsLimitOnly(t *testing.T) {
	_, good, _ := strings.Cut(goodAnswer, "\r\n\r\n")
	for name, more := range map[string]string{
		"a good answer before the limit": good,
		"an answer without an end":       `{"openid":"`,
	} {
		t.Run(name, func(t *testing.T) {
			s := startRaw(t, func(_ int64, _ *http.Request, conn net.Conn) bool {
				_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"+more)
				for err == nil {
					_, err = io.WriteString(conn, strings.Repeat(" ", 10_000))
				}
				return false
			})
			_, err := newClient(t, wechat.Config{Base: s.url}).Code2Session(t.Context(), app, "CODE")
			if got, cause := failure(t, err); got.Code != login.WXUnexpected || cause.Detail != "larger than 64 KiB" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestUntrustedCertificate(t *testing.T) {
	w := start(t)
	server := httptest.NewUnstartedServer(w.Server)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	serve(t, server, true)
	_, err := newClient(t, wechat.Config{Base: server.URL, RootCAs: x509.NewCertPool()}).Code2Session(t.Context(), app, "CODE")
	if got, cause := failure(t, err); got.Code != login.WXUnavailable || cause.Fault != wechat.NotConnected || cause.Detail != "TLS handshake failed" {
		t.Errorf("got %v", err)
	}
	if w.Calls() != 0 {
		t.Error("the AppSecret went to a server that nobody vouches for")
	}
}

func TestRequestOnTheWire(t *testing.T) {
	seen := make(chan *http.Request, 1)
	s := startRaw(t, func(_ int64, r *http.Request, conn net.Conn) bool {
		seen <- r
		return send(t, conn, goodAnswer)
	})
	code := "a b&c=d#?/%\r\n\x00é"
	session, err := newClient(t, wechat.Config{Base: s.url}).Code2Session(t.Context(), app, code)
	if err != nil || session.OpenID != "oSomebody" || session.SessionKey != "AAECAwQFBgcICQoLDA0ODw==" {
		t.Fatalf("got %+v, %v", session, err)
	}
	r := <-seen
	if r.Method != http.MethodGet || r.URL.Path != "/sns/jscode2session" || r.Proto != "HTTP/1.1" || "http://"+r.Host != s.url {
		t.Errorf("%s %s %s to %s", r.Method, r.URL.Path, r.Proto, r.Host)
	}
	for name, want := range map[string]string{
		"appid": app.ID, "secret": string(app.Secret), "js_code": code, "grant_type": "authorization_code",
	} {
		if got := r.URL.Query()[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if len(r.Header) != 1 || r.Header.Get("User-Agent") != "wxbind" || r.ContentLength != 0 || len(r.TransferEncoding) != 0 {
		t.Errorf("header %v, length %d, encoding %v", r.Header, r.ContentLength, r.TransferEncoding)
	}
}

func TestWarmConnectionIsUsed(t *testing.T) {
	methods := make(chan string, 2)
	s := startRaw(t, func(request int64, r *http.Request, conn net.Conn) bool {
		methods <- r.Method
		if request == 1 {
			return send(t, conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n")
		}
		return send(t, conn, goodAnswer)
	})
	c := newClient(t, wechat.Config{Base: s.url})
	if err := c.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
		t.Fatal(err)
	}
	if first, second := <-methods, <-methods; first != http.MethodHead || second != http.MethodGet {
		t.Errorf("sent %s and %s", first, second)
	}
	if n := s.connections.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

func TestWarmTellsOfAFailure(t *testing.T) {
	err := newClient(t, wechat.Config{Base: closedURL(t)}).Warm(t.Context())
	if cause, ok := errors.AsType[*wechat.Error](err); !ok || cause.Fault != wechat.NotConnected || cause.Attempts != 1 || cause.Host == "" {
		t.Errorf("got %v", err)
	}
}

func TestConnectionFromBeforeAFreezeIsNotUsed(t *testing.T) {
	s := startRaw(t, func(_ int64, _ *http.Request, conn net.Conn) bool { return send(t, conn, goodAnswer) })
	now := time.Now()
	c := newClient(t, wechat.Config{Base: s.url, Now: func() time.Time { return now }})
	for i, freeze := range []time.Duration{0, time.Second, 10*time.Second + 1} {
		now = now.Add(freeze)
		if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
			t.Fatal(err)
		}
		if want := []int64{1, 1, 2}[i]; s.connections.Load() != want {
			t.Errorf("after %v: %d connections, want %d", freeze, s.connections.Load(), want)
		}
	}
}

func TestHTTP2IsNotSpoken(t *testing.T) {
	var protocol atomic.Value
	w := wechattest.New(wechattest.Config{Apps: map[string]string{app.ID: string(app.Secret)}})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		protocol.Store(r.Proto)
		w.ServeHTTP(out, r)
	}))
	server.EnableHTTP2 = true
	roots := serve(t, server, true)
	if _, err := newClient(t, wechat.Config{Base: server.URL, RootCAs: roots}).Code2Session(t.Context(), app, "alice-1"); err != nil {
		t.Fatal(err)
	}
	if protocol.Load() != "HTTP/1.1" {
		t.Errorf("spoke %v", protocol.Load())
	}
}
