package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// Whatever matches no route gets API Gateway's 404, and a probe is answered to GET and HEAD only.
func TestServeAnswersWhatIsNoRoute(t *testing.T) {
	s := startServer(t, t.TempDir())
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/mobileApi/user/nothing", 404},
		{http.MethodGet, "/mobileApi/user/bind", 404},
		{http.MethodPost, "/mobileApi/user/checkBind?code=alice-1", 404},
		{http.MethodHead, "/mobileApi/user/checkBind?code=alice-1", 404},
		{http.MethodHead, "/mobileApi/user/info", 404},
		{http.MethodPut, "/mobileApi/user/account", 404},
		{http.MethodOptions, "/mobileApi/user/bind", 404},
		{http.MethodTrace, "/mobileApi/user/info", 404},
		{http.MethodPost, "/healthz", 404},
		{http.MethodPost, "/readyz", 404},
		{http.MethodOptions, "/readyz", 404},
		{http.MethodGet, "/readyz/", 404},
		{http.MethodGet, "/healthz", 200},
		{http.MethodHead, "/healthz", 200},
		{http.MethodGet, "/readyz", 200},
		{http.MethodHead, "/readyz", 200},
	} {
		r := s.ask(c.method, c.path)
		body, err := io.ReadAll(r.Body)
		want := map[int]string{404: `{"message":"Not Found"}` + "\n", 200: `{"status":"ok"}` + "\n"}[c.want]
		if c.method == http.MethodHead {
			want = ""
		}
		if err != nil || r.StatusCode != c.want || string(body) != want {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, r.StatusCode, body, c.want, want)
		}
		if r.Header.Get("Allow") != "" {
			t.Errorf("%s %s: it allows %s", c.method, c.path, r.Header.Get("Allow"))
		}
	}
	s.interrupt()
}

// While another process has the file locked, serve is alive and not ready. It says so once, and again when that is over.
func TestServeIsNotReadyWhileItsStoreIsLocked(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	other, err := sql.Open("sqlite", databaseIn(folder)+"?_pragma=busy_timeout(10000)") // serve itself may be writing
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	run := func(statement string) {
		t.Helper()
		if _, err := lock.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if r := s.ask(http.MethodGet, "/readyz"); r.StatusCode != 200 {
		t.Errorf("at first: %d", r.StatusCode)
	}
	run("BEGIN IMMEDIATE")
	s.becomes(503)
	for range 3 {
		r := s.ask(http.MethodGet, "/readyz")
		body, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != 503 || string(body) != `{"status":"store unavailable"}`+"\n" {
			t.Errorf("while it is locked: %d %q, %v", r.StatusCode, body, err)
		}
	}
	if r := s.ask(http.MethodHead, "/readyz"); r.StatusCode != 503 {
		t.Errorf("HEAD while it is locked: %d", r.StatusCode)
	}
	if r := s.ask(http.MethodGet, "/healthz"); r.StatusCode != 200 {
		t.Errorf("it is not alive: %d", r.StatusCode)
	}
	run("ROLLBACK")
	s.becomes(200)
	s.interrupt()
	if n, m := strings.Count(s.log.String(), "not ready"), strings.Count(s.log.String(), "ready again"); n != 1 || m != 1 {
		t.Errorf("it says %d times that it is not ready, and %d times that it is: %s", n, m, s.log)
	}
}

// becomes waits until readiness has this status.
func (s *server) becomes(status int) {
	s.Helper()
	for end := time.Now().Add(time.Minute); s.ask(http.MethodGet, "/readyz").StatusCode != status; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatalf("readiness does not become %d", status)
		}
	}
}

// records counts the writes to a store, and may hold them or fail them.
type records struct {
	login.Ephemeral
	writes atomic.Int32
	// before runs before a write; nil means nothing. Its error is that of the write.
	before func(ctx context.Context) error
}

func (r *records) StoreRecord(ctx context.Context, name string, record login.Record) error {
	r.writes.Add(1)
	if r.before != nil {
		if err := r.before(ctx); err != nil {
			return err
		}
	}
	return r.Ephemeral.StoreRecord(ctx, name, record)
}

// probe asks for a path.
func probe(t *testing.T, h *health, path string) int {
	answer := httptest.NewRecorder()
	h.Handler(http.NotFoundHandler()).ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return answer.Code
}

// takesRecords is a store in memory that takes records and nothing else.
type takesRecords struct{ login.Ephemeral }

func (takesRecords) StoreRecord(context.Context, string, login.Record) error { return nil }

// Nobody can make the disk write at will: all who ask within a second share a write, whether it succeeds or fails.
func TestManyProbesMakeOneWrite(t *testing.T) {
	logged(t)
	for name, fault := range map[string]error{"a store that works": nil, "a store that does not": errors.New("full")} {
		synctest.Test(t, func(t *testing.T) {
			store := &records{Ephemeral: takesRecords{}, before: func(context.Context) error { time.Sleep(500 * time.Millisecond); return fault }}
			h := &health{store: store}
			want := 200
			if fault != nil {
				want = 503
			}
			for second := range 3 {
				for range 2 { // at once, and then the same again, which finds the answer
					var all sync.WaitGroup
					for range 200 {
						all.Go(func() {
							if got := probe(t, h, "/readyz"); got != want {
								t.Errorf("%s: %d, want %d", name, got, want)
							}
							probe(t, h, "/healthz")
						})
					}
					all.Wait()
				}
				if got := store.writes.Load(); got != int32(second)+1 {
					t.Errorf("%s: %d writes in %d seconds", name, got, second+1)
				}
				time.Sleep(readyEvery)
			}
		})
	}
}

// While the store is locked, its own reason is in the log.
func TestTheLogSaysWhyAWriteDidNotEnd(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		store := &records{Ephemeral: takesRecords{}, before: func(ctx context.Context) error { <-ctx.Done(); return errors.New("it is locked") }}
		if got := probe(t, &health{store: store}, "/readyz"); got != 503 {
			t.Errorf("got %d", got)
		}
	})
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "it is locked") {
		t.Errorf("the log has %d lines: %s", n, log)
	}
}

// A write that never ends keeps nobody waiting for longer than its time, and there is no other beside it.
func TestProbesOfADiskThatDoesNotAnswer(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan struct{})
		store := &records{Ephemeral: takesRecords{}, before: func(context.Context) error { <-answers; return nil }}
		h := &health{store: store}
		for range 5 {
			begin := time.Now()
			if got := probe(t, h, "/readyz"); got != 503 || time.Since(begin) != readyTime {
				t.Errorf("got %d after %v", got, time.Since(begin))
			}
		}
		if got := store.writes.Load(); got != 1 {
			t.Errorf("%d writes", got)
		}
		close(answers)
		synctest.Wait()
		if got := probe(t, h, "/readyz"); got != 200 {
			t.Errorf("when the disk answers again: %d", got)
		}
	})
	if n, m := strings.Count(log.String(), "not ready"), strings.Count(log.String(), "ready again"); n != 1 || m != 1 {
		t.Errorf("the log: %s", log)
	}
}

// Who asks and leaves ends nobody else's check.
func TestAProberThatLeavesFailsNobody(t *testing.T) {
	logged(t)
	store := &records{Ephemeral: takesRecords{}, before: func(ctx context.Context) error { return ctx.Err() }}
	h := &health{store: store}
	left, leave := context.WithCancel(t.Context())
	leave()
	if !h.ready(left) || !h.ready(t.Context()) || store.writes.Load() != 1 {
		t.Errorf("after %d writes it is not ready", store.writes.Load())
	}
}

// A store that takes no write is found out, whatever the reason, and the log says it once.
func TestNotReady(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, store *sqlitestore.Store, path string){
		"closed": func(t *testing.T, store *sqlitestore.Store, _ string) {
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
		},
		"that refuses records": func(t *testing.T, _ *sqlitestore.Store, path string) {
			statement(t, path, "CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
		},
		"without its tables": func(t *testing.T, _ *sqlitestore.Store, path string) { statement(t, path, "DROP TABLE records") },
	} {
		t.Run(name, func(t *testing.T) {
			log := logged(t)
			path := filepath.Join(t.TempDir(), "wxbind.db")
			store, err := sqlitestore.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if got := probe(t, &health{store: store}, "/readyz"); got != 200 {
				t.Fatalf("at first: %d", got)
			}
			spoil(t, store, path)
			h := &health{store: store}
			for range 3 {
				if got := probe(t, h, "/readyz"); got != 503 {
					t.Errorf("got %d", got)
				}
			}
			if got := probe(t, h, "/healthz"); got != 200 {
				t.Errorf("alive: %d", got)
			}
			if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "not ready") {
				t.Errorf("the log has %d lines: %s", n, log)
			}
		})
	}
}

// statement runs a statement on a database.
func statement(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// logged keeps the log for the test.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	var log bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	return &log
}
