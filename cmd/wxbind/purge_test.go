package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// quiet is a listener that nobody connects to. A real one would stop the clock of package
// synctest, which advances only while nothing waits for the network.
type quiet struct {
	closed chan struct{}
	close  func()
}

func newQuiet() quiet {
	closed := make(chan struct{})
	return quiet{closed, sync.OnceFunc(func() { close(closed) })}
}

func (q quiet) Accept() (net.Conn, error) { <-q.closed; return nil, net.ErrClosed }
func (q quiet) Close() error              { q.close(); return nil }
func (q quiet) Addr() net.Addr            { return &net.TCPAddr{} }

// The store deletes expired data, as DynamoDB's TTL does: at the start and then every hour,
// as of that time, even after a purge that failed.
func TestServePurgesEveryHour(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	var log bytes.Buffer
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Now()
		var asOf []time.Time
		purge := func(_ context.Context, now time.Time) error {
			asOf = append(asOf, now)
			return errors.New("the disk is full")
		}
		ended := make(chan error)
		go func() { ended <- serve(ctx, newQuiet(), http.NotFoundHandler(), purge) }()
		time.Sleep(3*time.Hour + time.Minute)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		want := []time.Time{begin, begin.Add(time.Hour), begin.Add(2 * time.Hour), begin.Add(3 * time.Hour)}
		if !slices.EqualFunc(asOf, want, time.Time.Equal) {
			t.Errorf("purged as of %v, want %v", asOf, want)
		}
		if strings.Count(log.String(), "the disk is full") != len(want) {
			t.Errorf("the log: %s", &log)
		}
	})
}

// The store that is served loses its expired data and nothing else.
func TestServePurgesItsStore(t *testing.T) {
	folder := data(t)
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for name, end := range map[string]time.Time{"expired": time.Now().Add(-time.Minute), "valid": time.Now().Add(time.Hour)} {
		if err := store.StoreRecord(t.Context(), name, login.Record{Version: "1", ExpiresAt: end}); err != nil {
			t.Fatal(err)
		}
	}
	s := startServer(t, folder)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		_, err := store.LoadRecord(t.Context(), "expired")
		if errors.Is(err, login.ErrRecordNotFound) {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the expired record is still there: %v", err)
		}
	}
	if _, err := store.LoadRecord(t.Context(), "valid"); err != nil {
		t.Errorf("the record that has not expired: %v", err)
	}
	s.interrupt()
}
