package wechat_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// A server that closes a kept connection on a request may have seen its code. By itself, net/http would send that GET
// again.
func TestCodeIsSentOnceOnAKeptConnection(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, conn net.Conn){
		"closed":             func(*testing.T, net.Conn) {},
		"reset":              func(_ *testing.T, conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) },
		"half a header":      func(t *testing.T, conn net.Conn) { send(t, conn, "HTTP/1.1 200 OK\r\nConte") },
		"half a body":        func(t *testing.T, conn net.Conn) { send(t, conn, goodAnswer[:len(goodAnswer)-9]) },
		"no HTTP":            func(t *testing.T, conn net.Conn) { send(t, conn, "SECRET CODE /sns/jscode2session\r\n\r\n") },
		"a header of 100 kB": func(_ *testing.T, conn net.Conn) { long(conn) },
	} {
		t.Run(name, func(t *testing.T) {
			s := startRaw(t, func(request int64, _ *http.Request, conn net.Conn) bool {
				if request == 1 {
					return send(t, conn, goodAnswer)
				}
				end(t, conn)
				return false
			})
			c := newClient(t, wechat.Config{Base: s.url})
			if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
				t.Fatal(err)
			}
			_, err := c.Code2Session(t.Context(), app, "CODE-2")
			if got, cause := failure(t, err); got.Code != login.WXUnavailable || cause.Fault != wechat.Lost || cause.Attempts != 1 {
				t.Errorf("got %v", err)
			}
			if r, c := s.requests.Load(), s.connections.Load(); r != 2 || c != 1 {
				t.Errorf("%d requests on %d connections, want 2 on 1", r, c)
			}
		})
	}
}

// Two connections are kept and both are stale: the second attempt must not use the other one.
func TestStaleConnectionsAreReplacedOnce(t *testing.T) {
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			w := wechattest.New(wechattest.Config{Apps: map[string]string{app.ID: string(app.Secret)}})
			var together sync.WaitGroup
			together.Add(2)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
				if w.Calls() < 2 {
					together.Done()
					together.Wait()
				}
				w.ServeHTTP(out, r)
			}))
			accepted := make(chan *net.TCPConn, 3)
			server.Listener = tapped{server.Listener, accepted}
			roots := serve(t, server, secure)

			stale := make(chan *deaf, 2)
			var dials atomic.Int64
			c := newClient(t, wechat.Config{Base: server.URL, RootCAs: roots, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				if err != nil || dials.Add(1) > 2 {
					return conn, err
				}
				d := &deaf{Conn: conn, broken: make(chan struct{}), closed: make(chan struct{})}
				stale <- d
				return d, nil
			}})
			var both sync.WaitGroup
			for _, code := range []string{"alice-1", "alice-2"} {
				both.Go(func() {
					if _, err := c.Code2Session(t.Context(), app, code); err != nil {
						t.Error(err)
					}
				})
			}
			both.Wait()
			for range 2 {
				conn := <-accepted
				if err := errors.Join(conn.SetLinger(0), conn.Close()); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				<-(<-stale).broken
			}

			session, err := c.Code2Session(t.Context(), app, "alice-3")
			if err != nil || session.OpenID != wechattest.OpenID(app.ID, "alice") {
				t.Errorf("got %+v, %v", session, err)
			}
			if n := w.CallsWith("alice-3"); n != 1 || dials.Load() != 3 {
				t.Errorf("alice-3 was seen %d times, on %d connections", n, dials.Load())
			}
		})
	}
}
