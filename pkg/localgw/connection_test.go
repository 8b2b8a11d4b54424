package localgw

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/pipetest"
)

// The place of a connection is not taken while its request is served, and then only after a moment.
func TestConnectionStaysWhileItIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work = 5 * time.Second
		dial := served(t, takes(work), 1)
		working := dial()
		defer working.Close()
		worked := make(chan int, 1)
		go func() { worked <- status(working, post("{}")) }()
		synctest.Wait()
		begun := time.Now()
		fresh := dial()
		defer fresh.Close()
		if got := status(fresh, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); got != 404 || time.Since(begun) != work+patience {
			t.Errorf("a new one gets %d after %v", got, time.Since(begun))
		}
		if got := <-worked; got != 200 {
			t.Errorf("the one being served gets %d", got)
		}
	})
}

// A connection has one place, and loses it once.
func TestPlaceIsTakenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := pipetest.New()
		l := bound(network, 1)
		defer l.Close()
		begun := time.Now()
		for range 3 { // nobody serves them, so none is closed but by the next one
			go network.Dial(t.Context(), "", "")
			if _, err := l.Accept(); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(begun); got != 2*patience {
			t.Errorf("three had the place within %v", got)
		}
	})
}

// A request that took long leaves nothing behind for the next one on its connection.
func TestSlowRequestDoesNotEndTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(64 << 10)
		g.Route(http.MethodPost, "/x", takes(functionTimeout-time.Millisecond))
		var ended error
		network := pipetest.New()
		server := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ended = r.Context().Err()
			g.ServeHTTP(w, r)
		}))
		go server.Serve(bound(network, 1))
		defer func() { server.Close(); synctest.Wait() }()
		c, err := network.Dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for range 2 {
			begun := strings.TrimSuffix(post("{}"), "}")
			time.AfterFunc(readTime/2, func() { io.WriteString(c, "}") })
			if got := status(c, begun); got != 200 || ended != nil {
				t.Errorf("got %d; the context: %v", got, ended)
			}
		}
	})
}
