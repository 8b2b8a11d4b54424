package platform_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/testing/pipetest"
)

// bubble serves h within a synctest bubble.
func bubble(t *testing.T, h http.HandlerFunc) (*platform.Client, *pipetest.Network) {
	p := pipetest.New()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does net/http notice that the client is gone
		h(w, r)
	})}
	go func() { _ = server.Serve(p) }()
	client := newClient(t, platform.Config{URL: "http://127.0.0.1", Dial: p.Dial})
	t.Cleanup(func() {
		time.Sleep(time.Second) // a dial that nobody waits for any more has its end, too
		_ = server.Close()
		synctest.Wait()
	})
	return client, p
}

// Every wait is bounded, and the caller's own deadline comes first.
func TestWaits(t *testing.T) {
	type call = func(context.Context, *platform.Client) (login.Profile, error)
	authenticate := func(ctx context.Context, c *platform.Client) (login.Profile, error) {
		return c.Authenticate(ctx, "alice", password)
	}
	get := func(ctx context.Context, c *platform.Client) (login.Profile, error) { return c.Profile(ctx, "1001") }
	for name, c := range map[string]struct {
		call                    call
		answer, connect, within time.Duration
		fault                   platform.Fault
		dials                   int64
		least, most             time.Duration
	}{
		"authenticate, no answer":         {authenticate, time.Hour, 0, time.Minute, platform.Lost, 1, 3 * time.Second, 3 * time.Second},
		"get, no answer":                  {get, time.Hour, 0, time.Minute, platform.Lost, 1, 3 * time.Second, 3 * time.Second},
		"no answer within less":           {get, time.Hour, 0, 700 * time.Millisecond, platform.Lost, 1, 700 * time.Millisecond, 700 * time.Millisecond},
		"an answer in time":               {authenticate, 2900 * time.Millisecond, 0, time.Minute, "", 1, 2900 * time.Millisecond, 2900 * time.Millisecond},
		"authenticate, no connection":     {authenticate, 0, time.Hour, time.Minute, platform.NotConnected, 2, 2100 * time.Millisecond, 2200 * time.Millisecond},
		"get, no connection":              {get, 0, time.Hour, time.Minute, platform.NotConnected, 2, 2100 * time.Millisecond, 2200 * time.Millisecond},
		"no time for a second attempt":    {get, 0, time.Hour, 1500 * time.Millisecond, platform.NotConnected, 1, time.Second, time.Second},
		"no connection, and less time":    {get, 0, time.Hour, 300 * time.Millisecond, platform.NotConnected, 1, 300 * time.Millisecond, 300 * time.Millisecond},
		"a connection in the last moment": {authenticate, 0, 900 * time.Millisecond, time.Minute, "", 1, 900 * time.Millisecond, 900 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, p := bubble(t, func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(c.answer):
						(&answering{status: 200, body: profile}).ServeHTTP(w, r)
					case <-r.Context().Done():
					}
				})
				p.Slow = c.connect
				ctx, cancel := context.WithTimeout(t.Context(), c.within)
				defer cancel()
				begun := time.Now()
				_, err := c.call(ctx, client)
				took := time.Since(begun)
				if c.fault == "" && err != nil {
					t.Errorf("got %v, want the profile", err)
				}
				if c.fault != "" {
					wantFault(t, err, c.fault)
				}
				if took < c.least || took > c.most || p.Dials.Load() != c.dials {
					t.Errorf("it took %v and %d connections; want %v to %v and %d", took, p.Dials.Load(), c.least, c.most, c.dials)
				}
			})
		})
	}
}

// A peer that accepts connections and never speaks TLS.
func TestHandshakeThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends []net.Conn
		client := newClient(t, platform.Config{URL: "https://users.example.com", Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			ends = append(ends, there)
			go func() { // takes what is written, and says nothing
				for b := make([]byte, 4096); ; {
					if _, err := there.Read(b); err != nil {
						return
					}
				}
			}()
			return here, nil
		}})
		begun := time.Now()
		_, err := client.Authenticate(t.Context(), "alice", password)
		wantFault(t, err, platform.NotConnected)
		if took := time.Since(begun); took < 2*time.Second || took > 2200*time.Millisecond {
			t.Errorf("it took %v; want two handshakes of 1 s", took)
		}
		for _, there := range ends {
			there.Close()
		}
		synctest.Wait()
	})
}

func TestCancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := bubble(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begun := time.Now()
		_, err := client.Profile(ctx, "1001")
		if cause := wantFault(t, err, platform.Lost); cause.Attempts != 1 || time.Since(begun) != time.Second {
			t.Errorf("%+v after %v", cause, time.Since(begun))
		}
	})
}
