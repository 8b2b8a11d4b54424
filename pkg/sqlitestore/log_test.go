package sqlitestore

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	mib    = 1 << 20
	logMax = 16 * mib // as in the connection's settings
)

// fill writes records of 64 KiB until the log would have grown by 32 MiB.
func fill(t *testing.T, s *Store) {
	t.Helper()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 64 {
				r := login.Record{Version: "1", Value: make([]byte, 64<<10), ExpiresAt: time.Now().Add(time.Hour)}
				rand.Read(r.Value) // SQLite writes nothing that is there already
				if err := s.StoreRecord(t.Context(), fmt.Sprint(i, "-", j%4), r); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func logSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// The log is moved into the database, and begins anew, while others read.
func TestLogIsBoundedWhileOthersRead(t *testing.T) {
	s := opened(t)
	enrolled(t, s, "alice")
	stop := make(chan struct{})
	var reading sync.WaitGroup
	for range 2 {
		reading.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.UserByID(t.Context(), "alice"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	fill(t, s)
	close(stop)
	reading.Wait()
	if n := logSize(t, pathOf(t, s)); n > logMax {
		t.Errorf("the log has %d MiB", n/mib)
	}
}

// A read that lasts, such as a backup, makes the log grow. Afterwards it is cut.
func TestLogIsCutAfterALongRead(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "wxbind.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	enrolled(t, s, "alice")
	path := pathOf(t, s)
	read, err := s.cleaner.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var one int
	if err := read.QueryRowContext(t.Context(), `SELECT 1 FROM users`).Scan(&one); err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	if n := logSize(t, path); n < logMax {
		t.Fatalf("the read makes the log grow to %d MiB only", n/mib)
	}
	if err := read.Rollback(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 { // one moves the log, the next begins it anew
		s.keep(t, fmt.Sprint("small-", i), time.Now().Add(time.Hour))
	}
	if n := logSize(t, path); n > logMax {
		t.Errorf("the log still has %d MiB", n/mib)
	}
}
