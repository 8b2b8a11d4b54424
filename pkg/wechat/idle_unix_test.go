//go:build unix

package wechat_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// wall is a wall clock that a test moves by hand.
type wall struct{ nanos atomic.Int64 }

func newWall() *wall {
	w := new(wall)
	w.nanos.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	return w
}

func (w *wall) Now() time.Time          { return time.Unix(0, w.nanos.Load()) }
func (w *wall) Advance(d time.Duration) { w.nanos.Add(int64(d)) }

// way is a way to a server.
type way struct{ secure, proxy bool }

var ways = map[string]way{"plain": {}, "TLS": {secure: true}, "TLS through a proxy": {secure: true, proxy: true}}

// reach starts a server and makes a client that reaches it this way. dialled passes on the client's connections.
func (w way) reach(t *testing.T, now func() time.Time, answer func(request int64, r *http.Request, conn net.Conn) bool) (s *rawServer, c *wechat.Client, dialled chan *sleeper) {
	t.Helper()
	var settings *tls.Config
	var roots *x509.CertPool
	if w.secure {
		settings, roots = certified(t)
	}
	s, dialled = startRawOver(t, settings, answer), make(chan *sleeper, 200)
	c = newClient(t, wechat.Config{Base: s.url, RootCAs: roots, Now: now, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		sleeps := &sleeper{TCPConn: conn.(*net.TCPConn), sleeping: make(chan struct{}), closed: make(chan struct{})}
		dialled <- sleeps
		return sleeps, nil
	}})
	if w.proxy {
		at, _ := startProxy(t)
		c.UseProxy(at)
	}
	return s, c, dialled
}

// seen counts how often each code reached a server.
type seen struct {
	mu    sync.Mutex
	times map[string]int
}

func (s *seen) add(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times == nil {
		s.times = map[string]int{}
	}
	s.times[r.URL.Query().Get("js_code")]++
}

func (s *seen) of(code string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times[code]
}

// WeChat closes a connection that has been idle for 20 s. Whoever sends a request shortly before does not know: the end is
// already on its way when the request is.
func TestLoginAtAnyDistanceFromTheLast(t *testing.T) {
	const kept, onItsWay = 20 * time.Second, 200 * time.Millisecond
	for name, way := range ways {
		for _, row := range []struct {
			distance    time.Duration
			connections int64
		}{
			{0, 1},
			{9900 * time.Millisecond, 1},
			{10 * time.Second, 1},
			{10*time.Second + 1, 2},
			{10100 * time.Millisecond, 2},
			{15 * time.Second, 2},
			{19800 * time.Millisecond, 2},
			{19900 * time.Millisecond, 2},
			{20 * time.Second, 2},
			{24 * time.Hour, 2}, // as when a Lambda was frozen
			{-time.Second, 2},   // the clock was set back
		} {
			t.Run(fmt.Sprint(name, " after ", row.distance), func(t *testing.T) {
				clock, codes := newWall(), new(seen)
				var last sync.Map // by connection
				s, c, _ := way.reach(t, clock.Now, func(number int64, r *http.Request, conn net.Conn) bool {
					codes.add(r)
					if since, ok := last.Load(conn); ok && clock.Now().Sub(since.(time.Time)) >= kept-onItsWay {
						return false
					}
					last.Store(conn, clock.Now())
					if secure, ok := conn.(*tls.Conn); ok && number == 2 && row.connections == 2 && !secure.ConnectionState().DidResume {
						t.Error("the new connection does not resume the TLS session")
					}
					return send(t, conn, goodAnswer)
				})
				for _, code := range []string{"CODE-1", "CODE-2"} {
					if _, err := c.Code2Session(t.Context(), app, code); err != nil {
						t.Error(err)
					}
					if n := codes.of(code); n != 1 {
						t.Errorf("%s was sent %d times", code, n)
					}
					clock.Advance(row.distance)
				}
				if n := s.connections.Load(); n != row.connections {
					t.Errorf("%d connections, want %d", n, row.connections)
				}
			})
		}
	}
}

// The calls that make one attempt only pass over a connection that is over, too.
func TestEveryCallPassesOverOldConnections(t *testing.T) {
	w, clock := start(t), newWall()
	c := w.client(t, clock.Now)
	for name, call := range map[string]func(context.Context) error{
		"Warm":       c.Warm,
		"CheckApp":   func(ctx context.Context) error { return c.CheckApp(ctx, app) },
		"ServerTime": func(ctx context.Context) error { _, err := c.ServerTime(ctx); return err },
	} {
		if err := c.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Minute)
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sleeper is a connection whose reader can be put to sleep: what comes in then stays in the socket, as in the moment
// before net/http's reader is woken.
type sleeper struct {
	*net.TCPConn
	asleep           atomic.Bool
	sleeping, closed chan struct{}
	once             sync.Once
}

func (s *sleeper) Read(b []byte) (int, error) {
	n, err := s.TCPConn.Read(b)
	if s.asleep.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		close(s.sleeping)
		<-s.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (s *sleeper) sleep(t *testing.T) {
	t.Helper()
	s.asleep.Store(true)
	good(t, s.SetReadDeadline(time.Now().Add(-time.Second)))
	<-s.sleeping
}

func (s *sleeper) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.TCPConn.Close()
}

// incoming waits until something can be read, or has been read and the connection closed for it.
func (s *sleeper) incoming(t *testing.T) {
	t.Helper()
	raw, err := s.SyscallConn()
	for nothing := true; nothing && err == nil; runtime.Gosched() {
		err = raw.Control(func(fd uintptr) {
			_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
			nothing = errors.Is(err, syscall.EAGAIN)
		})
	}
}

// ends are what comes in on an idle connection, of which nobody must send a code any more.
var ends = map[string]func(t *testing.T, conn net.Conn){
	"closed": func(t *testing.T, conn net.Conn) { good(t, conn.Close()) },
	"reset": func(t *testing.T, conn net.Conn) {
		if secure, ok := conn.(*tls.Conn); ok {
			conn = secure.NetConn()
		}
		good(t, errors.Join(conn.(*net.TCPConn).SetLinger(0), conn.Close()))
	},
	"half closed, in TLS by close_notify alone": func(t *testing.T, conn net.Conn) {
		good(t, conn.(interface{ CloseWrite() error }).CloseWrite())
	},
	"an answer to nothing": func(t *testing.T, conn net.Conn) {
		send(t, conn, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	},
	"an answer to nothing, and closed": func(t *testing.T, conn net.Conn) {
		send(t, conn, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		good(t, conn.Close())
	},
	"a good answer to nothing": func(t *testing.T, conn net.Conn) { send(t, conn, goodAnswer) },
	"a stray byte":             func(t *testing.T, conn net.Conn) { send(t, conn, "\n") },
}

func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func TestNoCodeIsSentOnAConnectionThatIsKnownToBeOver(t *testing.T) {
	for name, way := range ways {
		for how, end := range ends {
			t.Run(name+" "+how, func(t *testing.T) {
				codes, accepted := new(seen), make(chan net.Conn, 3)
				s, c, dialled := way.reach(t, nil, func(_ int64, r *http.Request, conn net.Conn) bool {
					codes.add(r)
					accepted <- conn
					return send(t, conn, goodAnswer)
				})
				if _, err := c.Code2Session(t.Context(), app, "CODE-1"); err != nil {
					t.Fatal(err)
				}
				kept := <-dialled
				kept.sleep(t)
				end(t, <-accepted)
				kept.incoming(t)
				if _, err := c.Code2Session(t.Context(), app, "CODE-2"); err != nil {
					t.Error(err)
				}
				if n := codes.of("CODE-2"); n != 1 || s.connections.Load() != 2 {
					t.Errorf("CODE-2 was sent %d times, on %d connections", n, s.connections.Load())
				}
			})
		}
	}
}

// A server that closes each connection after its answer without saying so: whatever net/http's reader has noticed by the
// next login, it succeeds.
func TestServerThatNeverKeepsAConnection(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			codes := new(seen)
			_, c, dialled := way.reach(t, nil, func(_ int64, r *http.Request, conn net.Conn) bool {
				codes.add(r)
				return send(t, conn, goodAnswer) && false
			})
			for i := range 100 {
				code := fmt.Sprint("CODE-", i)
				if _, err := c.Code2Session(t.Context(), app, code); err != nil {
					t.Fatal(err)
				}
				if n := codes.of(code); n != 1 {
					t.Fatalf("%s was sent %d times", code, n)
				}
				(<-dialled).incoming(t)
			}
		})
	}
}

// Of several connections that are over, none is used.
func TestAllOldConnectionsArePassedOver(t *testing.T) {
	clock, codes := newWall(), new(seen)
	const many = 5
	var together sync.WaitGroup
	together.Add(many)
	s := startRaw(t, func(request int64, r *http.Request, conn net.Conn) bool {
		codes.add(r)
		if request <= many {
			together.Done()
			together.Wait()
		}
		return send(t, conn, goodAnswer)
	})
	c := newClient(t, wechat.Config{Base: s.url, Now: clock.Now})
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			_, err := c.Code2Session(t.Context(), app, fmt.Sprint("CODE-", i))
			good(t, err)
		})
	}
	all.Wait()
	clock.Advance(time.Minute)
	if _, err := c.Code2Session(t.Context(), app, "CODE-9"); err != nil || codes.of("CODE-9") != 1 {
		t.Errorf("got %v, and CODE-9 was sent %d times", err, codes.of("CODE-9"))
	}
	if n := s.connections.Load(); n != many+1 {
		t.Errorf("%d connections, want %d", n, many+1)
	}
}

// What is passed over is no attempt: the fallback is still asked when the base cannot be reached.
func TestOldConnectionsCostNoAttempt(t *testing.T) {
	clock, down := newWall(), false
	w := start(t)
	c := newClient(t, wechat.Config{
		Base: "http://localhost:1", Fallback: "http://127.0.0.1:2", Now: clock.Now,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if down && address == "localhost:1" {
				return nil, syscall.ECONNREFUSED
			}
			return new(net.Dialer).DialContext(ctx, network, w.http.Listener.Addr().String())
		},
	})
	if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Minute)
	down = true
	if _, err := c.Code2Session(t.Context(), app, "alice-2"); err != nil {
		t.Error(err)
	}
	if n := w.CallsWith("alice-2"); n != 1 {
		t.Errorf("alice-2 was sent %d times", n)
	}
}

// A new connection that breaks ends the attempt, and the second one ends the call.
func TestNewConnectionsThatBreakAreTriedTwice(t *testing.T) {
	var dials atomic.Int64
	c := newClient(t, wechat.Config{Base: "http://localhost", Dial: func(context.Context, string, string) (net.Conn, error) {
		dials.Add(1)
		here, _ := net.Pipe()
		return brokenConn{here}, nil
	}})
	_, err := c.Code2Session(t.Context(), app, "CODE-1")
	if got, cause := failure(t, err); got.Code != login.WXUnavailable || cause.Fault != wechat.NotSent || cause.Attempts != 2 || dials.Load() != 2 {
		t.Errorf("got %v on %d connections", err, dials.Load())
	}
}

// brokenConn cannot be written to.
type brokenConn struct{ net.Conn }

func (c brokenConn) Write([]byte) (int, error) { return 0, syscall.EPIPE }
