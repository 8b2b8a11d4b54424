package wechat_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/thaw"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const goodAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 63\r\n\r\n" +
	`{"openid":"oSomebody","session_key":"AAECAwQFBgcICQoLDA0ODw=="}`

// rawServer is a TCP server that counts what reaches it.
type rawServer struct {
	url                   string
	connections, requests atomic.Int64
}

// startRaw serves each request with its number and its connection, until answer
// says no.
func startRaw(t *testing.T, answer func(request int64, r *http.Request, conn net.Conn) bool) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + listener.Addr().String()}
	done := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			all.Go(func() {
				<-done
				conn.Close()
			})
			all.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil || !answer(s.requests.Add(1), r, conn) {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		close(done)
		all.Wait()
	})
	return s
}

func send(t *testing.T, conn net.Conn, text string) bool {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Error(err)
		return false
	}
	return true
}

// A server that closes a kept connection on a request may have seen its code.
// net/http by itself would send that GET again.
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

// long answers well behind a long header. Whether it is read to the end does not matter.
func long(conn net.Conn) {
	first, rest, _ := strings.Cut(goodAnswer, "\r\n")
	_, _ = io.WriteString(conn, first+"\r\n"+strings.Repeat("X: "+strings.Repeat("x", 995)+"\r\n", 100)+rest)
}

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

// deaf is a connection whose end goes unnoticed until something is written to it:
// the moment between a server's close and net/http's noticing, made long.
type deaf struct {
	net.Conn
	broken, closed chan struct{}
	once           sync.Once
}

func (d *deaf) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	if err != nil {
		close(d.broken)
		<-d.closed
	}
	return n, err
}

func (d *deaf) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Conn.Close()
}

// Two connections are kept and both are stale: the second attempt must not pick
// up the other.
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

// serve starts a server, and gives the roots that vouch for it if it is secure.
func serve(t *testing.T, server *httptest.Server, secure bool) *x509.CertPool {
	t.Helper()
	t.Cleanup(server.Close)
	if !secure {
		server.Start()
		return nil
	}
	server.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}

// tapped hands out the connections that a server accepts.
type tapped struct {
	net.Listener
	accepted chan *net.TCPConn
}

func (l tapped) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.accepted <- conn.(*net.TCPConn)
	}
	return conn, err
}

// closedURL is where nobody listens.
func closedURL(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

func TestFallbackWhenNoConnectionCanBeMade(t *testing.T) {
	w := start(t)
	c := newClient(t, wechat.Config{Base: closedURL(t), Fallback: w.http.URL})
	if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
		t.Error(err)
	}
	if w.Calls() != 1 {
		t.Errorf("%d calls, want 1", w.Calls())
	}
	// What the fallback says is the last word.
	_, err := c.Code2Session(t.Context(), app, "err-1-x")
	if got, cause := failure(t, err); got.Code != login.WXBusy || cause.Attempts != 2 || "http://"+cause.Host != w.http.URL {
		t.Errorf("got %v", err)
	}
	if w.CallsWith("err-1-x") != 1 {
		t.Errorf("the fallback was asked %d times", w.CallsWith("err-1-x"))
	}
}

func TestFallbackIsNotAskedWhenTheCodeMayHaveBeenSeen(t *testing.T) {
	for _, code := range []string{"reset-alice-1", "lost-alice-2", "http503-alice-3", "empty-alice-4", "busy-alice-5"} {
		w, fallback := start(t), start(t)
		c := newClient(t, wechat.Config{Base: w.http.URL, Fallback: fallback.http.URL})
		_, _ = c.Code2Session(t.Context(), app, code)
		if fallback.Calls() != 0 {
			t.Errorf("%s went to the fallback", code)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	for name, row := range map[string]struct {
		config wechat.Config
		host   string
	}{
		"a custom base has no fallback": {wechat.Config{Base: "http://base.test"}, "base.test:80"},
		"a custom base and fallback":    {wechat.Config{Base: "http://base.test", Fallback: "http://spare.test:81"}, "spare.test:81"},
		"WeChat":                        {wechat.Config{}, "api2.weixin.qq.com:443"},
		"WeChat by name":                {wechat.Config{Base: "https://api.weixin.qq.com/"}, "api2.weixin.qq.com:443"},
	} {
		t.Run(name, func(t *testing.T) {
			var dialled []string
			row.config.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			_, err := newClient(t, row.config).Code2Session(t.Context(), app, "CODE")
			got, cause := failure(t, err)
			if got.Code != login.WXUnavailable || cause.Fault != wechat.NotConnected || cause.Detail != "connection refused" || cause.Attempts != 2 {
				t.Errorf("got %v", err)
			}
			if len(dialled) != 2 || dialled[1] != row.host || !strings.HasPrefix(row.host, cause.Host) {
				t.Errorf("dialled %v, and the error names %s", dialled, cause.Host)
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
	for i, freeze := range []time.Duration{0, time.Second, thaw.MaxIdle + time.Second} {
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
