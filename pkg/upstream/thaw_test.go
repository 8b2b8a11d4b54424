package upstream_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// clock is a wall clock that a test moves by hand.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.nanos.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *clock) Advance(d time.Duration) { c.nanos.Add(int64(d)) }

// far is a server that counts the connections made to it. /hold answers when the test says so.
type far struct {
	*httptest.Server
	connections atomic.Int64
	// wake counts how often the client has woken, and stale the requests that came by a
	// connection from before.
	wake, stale atomic.Int64
	held        chan struct{}
	release     chan struct{}
}

type wakeKey struct{}

func newFar(t *testing.T) *far {
	t.Helper()
	f := &far{held: make(chan struct{}), release: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(wakeKey{}) != f.wake.Load() {
			f.stale.Add(1)
		}
		fmt.Fprint(w, "hello")
	})
	mux.HandleFunc("/hold", func(w http.ResponseWriter, _ *http.Request) {
		f.held <- struct{}{}
		<-f.release
		fmt.Fprint(w, "at last")
	})
	f.Server = httptest.NewUnstartedServer(mux)
	f.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			f.connections.Add(1)
		}
	}
	f.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, wakeKey{}, f.wake.Load())
	}
	f.Start()
	t.Cleanup(f.Close)
	return f
}

func get(t *testing.T, c *http.Client, url string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Error(err)
	}
}

func client(t *testing.T, now func() time.Time) *http.Client {
	t.Helper()
	c := &http.Client{Transport: upstream.Thaw(upstream.NewTransport(upstream.TransportConfig{}), now)}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestConnectionIsKeptOrDropped(t *testing.T) {
	for _, row := range []struct {
		name  string
		idle  time.Duration
		wants int64
	}{
		{"idle for no time", 0, 1},
		{"idle for just as long as allowed", upstream.DefaultMaxIdle, 1},
		{"idle for longer", upstream.DefaultMaxIdle + time.Nanosecond, 2},
		{"frozen for a day", 24 * time.Hour, 2},
		{"clock set back", -time.Second, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			server, clock := newFar(t), newClock()
			c := client(t, clock.Now)
			get(t, c, server.URL)
			clock.Advance(row.idle)
			get(t, c, server.URL)
			if n := server.connections.Load(); n != row.wants {
				t.Errorf("%d connections, want %d", n, row.wants)
			}
		})
	}
}

func TestFreshConnectionAfterAFreezeIsKept(t *testing.T) {
	server, clock := newFar(t), newClock()
	c := client(t, clock.Now)
	get(t, c, server.URL)
	clock.Advance(time.Hour)
	get(t, c, server.URL)
	clock.Advance(upstream.DefaultMaxIdle)
	get(t, c, server.URL)
	if n := server.connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2: one before the freeze, one after", n)
	}
}

func TestIdleTimeCountsFromTheEndOfTheBody(t *testing.T) {
	server, clock := newFar(t), newClock()
	c := client(t, clock.Now)
	get(t, c, server.URL)
	resp, err := c.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	clock.Advance(15 * time.Second)
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	clock.Advance(15 * time.Second)
	get(t, c, server.URL)
	if n := server.connections.Load(); n != 1 {
		t.Error("a connection idle for 15 s was dropped")
	}
}

func TestAnswerWithoutBodyEndsWhenClosed(t *testing.T) {
	server, clock := newFar(t), newClock()
	c := client(t, clock.Now)
	resp, err := c.Head(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Hour)
	get(t, c, server.URL)
	if n := server.connections.Load(); n != 2 {
		t.Error("a connection from before the freeze was used")
	}
}

func TestRequestUnderWayIsNotDisturbed(t *testing.T) {
	server, clock := newFar(t), newClock()
	c := client(t, clock.Now)
	get(t, c, server.URL)

	var held sync.WaitGroup
	held.Go(func() { get(t, c, server.URL+"/hold") })
	<-server.held
	clock.Advance(time.Hour)
	get(t, c, server.URL)
	close(server.release)
	held.Wait()
}

func TestOtherConnectionsAreDroppedWhenFrozenDuringARequest(t *testing.T) {
	server, clock := newFar(t), newClock()
	c := client(t, clock.Now)

	// Two at once leave two idle connections.
	var both sync.WaitGroup
	both.Go(func() { get(t, c, server.URL+"/hold") })
	both.Go(func() { get(t, c, server.URL+"/hold") })
	<-server.held
	<-server.held
	server.release <- struct{}{}
	server.release <- struct{}{}
	both.Wait()

	// One is used again, and the process freezes before its answer arrives.
	both.Go(func() { get(t, c, server.URL+"/hold") })
	<-server.held
	clock.Advance(time.Hour)
	server.release <- struct{}{}
	both.Wait()

	// The other one is as old as the freeze. Neither request may get it.
	before := server.connections.Load()
	both.Go(func() { get(t, c, server.URL+"/hold") })
	both.Go(func() { get(t, c, server.URL+"/hold") })
	<-server.held
	<-server.held
	close(server.release)
	both.Wait()
	if n := server.connections.Load() - before; n == 0 {
		t.Error("a connection from before the freeze was used")
	}
}

func TestManyWakeTogether(t *testing.T) {
	server, clock := newFar(t), newClock()
	c := client(t, clock.Now)
	for range 5 {
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { get(t, c, server.URL+"/hold") })
		}
		// All are answered only once all have arrived, so that each has a connection of its own: one that is dialled in
		// vain would be ready after the next wake.
		for range 10 {
			<-server.held
		}
		for range 10 {
			server.release <- struct{}{}
		}
		all.Wait()
		clock.Advance(time.Minute)
		server.wake.Add(1)
	}
	if n := server.stale.Load(); n != 0 {
		t.Errorf("%d requests came by a connection from before they woke", n)
	}
}

func TestFailedRequestGivesItsError(t *testing.T) {
	server := newFar(t)
	server.Close()
	resp, err := client(t, nil).Get(server.URL)
	if err == nil {
		resp.Body.Close()
		t.Error("a closed server answered")
	}
}
