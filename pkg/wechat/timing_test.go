package wechat_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/pipetest"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// timed runs a test in synthetic time, with a client whose base is a stand-in.
func timed(t *testing.T, test func(t *testing.T, c *wechat.Client, w *wechattest.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := wechattest.New(wechattest.Config{Apps: map[string]string{app.ID: string(app.Secret)}})
		network := pipetest.New()
		server := &http.Server{Handler: w}
		go server.Serve(network)
		defer server.Close()
		test(t, newClient(t, wechat.Config{Base: "http://localhost", Dial: network.Dial}), w)
	})
}

// hangs never connects.
func hangs(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// mute connects to a peer that never answers.
func mute(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, there) }()
	return here, nil
}

func TestAnAttemptTakesTwoSecondsAtMost(t *testing.T) {
	timed(t, func(t *testing.T, c *wechat.Client, w *wechattest.Server) {
		began := time.Now()
		_, err := c.Code2Session(t.Context(), app, "slow3s-CODE-1")
		got, cause := failure(t, err)
		if got.Code != login.WXUnavailable || cause.Fault != wechat.Lost || cause.Detail != "timed out" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != 2*time.Second || w.Calls() != 1 {
			t.Errorf("took %v and %d calls, want 2s and 1", took, w.Calls())
		}
	})
}

func TestAnAnswerWithinTheTimeIsTaken(t *testing.T) {
	timed(t, func(t *testing.T, c *wechat.Client, _ *wechattest.Server) {
		if _, err := c.Code2Session(t.Context(), app, "slow1.9s-alice-1"); err != nil {
			t.Error(err)
		}
	})
}

func TestTheCallersDeadlineHolds(t *testing.T) {
	timed(t, func(t *testing.T, c *wechat.Client, _ *wechattest.Server) {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := c.Code2Session(ctx, app, "slow3s-CODE-1")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 700*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}

func TestTheCallerMayLeave(t *testing.T) {
	timed(t, func(t *testing.T, c *wechat.Client, w *wechattest.Server) {
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, leave)
		began := time.Now()
		_, err := c.Code2Session(ctx, app, "slow3s-CODE-1")
		if !errors.Is(err, context.Canceled) || time.Since(began) != 300*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
		if _, err = c.Code2Session(ctx, app, "CODE-2"); !errors.Is(err, context.Canceled) || w.CallsWith("CODE-2") != 0 {
			t.Errorf("got %v when the caller had left before", err)
		}
	})
}

func TestNoSecondAttemptForACallerWhoHasLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	c := newClient(t, wechat.Config{Base: "http://localhost", Fallback: "http://127.0.0.2", Dial: hangs})
	for range 20 {
		_, err := c.Code2Session(ctx, app, "CODE")
		if _, cause := failure(t, err); cause.Attempts != 1 || cause.Detail != "cancelled" || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v after %d attempts", err, cause.Attempts)
		}
	}
}

func TestPauseBeforeTheSameHostIsAskedAgain(t *testing.T) {
	timed(t, func(t *testing.T, c *wechat.Client, _ *wechattest.Server) {
		began := time.Now()
		if _, err := c.Code2Session(t.Context(), app, "busy-alice-1"); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < 100*time.Millisecond || took > 200*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

func TestNoSecondAttemptShortlyBeforeTheDeadline(t *testing.T) {
	for _, row := range []struct {
		left  time.Duration
		calls int
	}{
		{300 * time.Millisecond, 1},
		{599 * time.Millisecond, 1},
		{time.Second, 2},
	} {
		timed(t, func(t *testing.T, c *wechat.Client, w *wechattest.Server) {
			ctx, cancel := context.WithTimeout(t.Context(), row.left)
			defer cancel()
			began := time.Now()
			_, err := c.Code2Session(ctx, app, "err-1-CODE")
			if got, cause := failure(t, err); got.Code != login.WXBusy || cause.Attempts != row.calls || w.Calls() != row.calls {
				t.Errorf("%v left: %d calls and %v", row.left, w.Calls(), err)
			}
			if row.calls == 1 && time.Since(began) != 0 {
				t.Errorf("%v left: waited %v for nothing", row.left, time.Since(began))
			}
		})
	}
}

func TestConnectingIsBounded(t *testing.T) {
	for _, row := range []struct {
		name     string
		base     string
		fallback string
		dial     func(context.Context, string, string) (net.Conn, error)
		min, max time.Duration
		fault    wechat.Fault
	}{
		{"no connection", "http://localhost", "", hangs, 2100 * time.Millisecond, 2200 * time.Millisecond, wechat.NotConnected},
		{"no connection, with a fallback", "http://localhost", "http://127.0.0.2", hangs, 2 * time.Second, 2 * time.Second, wechat.NotConnected},
		{"no handshake", "https://base.test", "", mute, 2100 * time.Millisecond, 2200 * time.Millisecond, wechat.NotConnected},
		{"no answer", "http://localhost", "http://127.0.0.2", mute, 2 * time.Second, 2 * time.Second, wechat.Lost},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, wechat.Config{Base: row.base, Fallback: row.fallback, Dial: row.dial})
				began := time.Now()
				_, err := c.Code2Session(t.Context(), app, "CODE")
				took := time.Since(began)
				if _, cause := failure(t, err); cause.Fault != row.fault || cause.Detail != "timed out" {
					t.Errorf("got %v", err)
				}
				if took < row.min || took > row.max {
					t.Errorf("took %v, want %v to %v", took, row.min, row.max)
				}
			})
		})
	}
}

func TestWarmIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, wechat.Config{Base: "http://localhost", Dial: mute})
		began := time.Now()
		if err := c.Warm(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 2*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}
