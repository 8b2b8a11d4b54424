package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// readyEvery is how often at most /readyz writes to the store, however many ask: each write waits for the disk.
	readyEvery = time.Second
	// writeTime bounds such a write.
	writeTime = 1500 * time.Millisecond
	// readyTime is how long a probe waits for it. It is longer, so that a write that ends says why it failed.
	readyTime = 2 * time.Second
	// readyRecord is what it writes.
	readyRecord = "ready"
)

// probeOK is what a probe is told if all is well.
var probeOK = probeAnswer("ok")

// health answers the probes of whoever runs serve. Neither answer depends on WeChat, or on the platform's directory: if they
// are down, another instance does no better, and a load balancer that took all instances out would also turn away
// everybody who has a session.
type health struct {
	store login.Ephemeral

	mu sync.Mutex
	// newest is the newest check, nil before the first.
	newest *readyCheck
	// failing says that the log has the fault already.
	failing bool
}

// readyCheck is one write to the store.
type readyCheck struct {
	// done is closed once the write has ended, with the fields below.
	done  chan struct{}
	ended time.Time
	err   error
}

// Handler answers GET and HEAD of /healthz and /readyz, and leaves all other requests to the next handler.
func (h *health) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		probe := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case probe && r.URL.Path == "/healthz":
			answerProbe(w, http.StatusOK, "ok")
		case probe && r.URL.Path == "/readyz" && h.ready(r.Context()):
			answerProbe(w, http.StatusOK, "ok")
		case probe && r.URL.Path == "/readyz":
			answerProbe(w, http.StatusServiceUnavailable, "store unavailable")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func answerProbe(w http.ResponseWriter, status int, says string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(probeAnswer(says))) //nolint:errcheck // the prober has disconnected
}

func probeAnswer(says string) string { return `{"status":"` + says + `"}` + "\n" }

// ready reports whether a login could be stored. All who ask within a second share one write. A write that never ends, on
// a disk that does not answer, is the only one.
func (h *health) ready(ctx context.Context) bool {
	check := h.check(ctx)
	wait := time.NewTimer(readyTime)
	defer wait.Stop()
	select {
	case <-check.done:
		return check.err == nil
	case <-wait.C:
		h.note(ctx, errors.New("the store does not answer"))
		return false
	}
}

// check returns the newest check if it is under way or fresh, and otherwise begins another one.
func (h *health) check(ctx context.Context) *readyCheck {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.newest != nil {
		select {
		case <-h.newest.done:
			if time.Since(h.newest.ended) < readyEvery {
				return h.newest
			}
		default:
			return h.newest
		}
	}
	h.newest = &readyCheck{done: make(chan struct{})}
	go h.write(context.WithoutCancel(ctx), h.newest) // others wait for it, too
	return h.newest
}

// write does what a login does last: it waits until the disk has a write.
func (h *health) write(ctx context.Context, check *readyCheck) {
	bounded, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	now := time.Now()
	check.err = h.store.StoreRecord(bounded, readyRecord, login.Record{Version: "1", ExpiresAt: now.Add(readyTime)})
	check.ended = time.Now()
	h.note(ctx, check.err)
	close(check.done)
}

// note logs when readiness ends and when it is back, and not each time that somebody asks.
func (h *health) note(ctx context.Context, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err != nil && !h.failing:
		slog.ErrorContext(ctx, "not ready: no login can be stored", "error", err.Error())
	case err == nil && h.failing:
		slog.InfoContext(ctx, "ready again")
	}
	h.failing = err != nil
}
