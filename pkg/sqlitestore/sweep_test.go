package sqlitestore

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// clock is the store's clock from then on. It stands still unless it is moved.
func clock(s *Store) (move func(d time.Duration), now func() time.Time) {
	var at atomic.Int64
	at.Store(time.Now().UnixMilli())
	s.Now = func() time.Time { return time.UnixMilli(at.Load()) }
	return func(d time.Duration) { at.Add(d.Milliseconds()) }, s.Now
}

func (s *Store) keep(t *testing.T, name string, end time.Time) {
	t.Helper()
	if err := s.StoreRecord(t.Context(), name, login.Record{Version: "1", ExpiresAt: end}); err != nil {
		t.Fatal(err)
	}
}

// kept says whether a record is stored.
func (s *Store) kept(t *testing.T, name string) bool {
	t.Helper()
	_, err := s.LoadRecord(t.Context(), name)
	if err != nil && !errors.Is(err, login.ErrRecordNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func (s *Store) records(t *testing.T) (n int) {
	t.Helper()
	if err := s.upkeep.QueryRowContext(t.Context(), `SELECT count(*) FROM records`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Each write sweeps some of the records that have expired, and no other.
func TestWritesSweepRecordsThatHaveExpired(t *testing.T) {
	s := opened(t)
	move, now := clock(s)
	ends := map[string]struct {
		in   time.Duration
		kept bool
	}{
		"a code":                    {10 * time.Second, false},
		"another":                   {12 * time.Second, false},
		"at its end":                {20 * time.Second, false},
		"in its last millisecond":   {20*time.Second + time.Millisecond, true},
		"a counter":                 {time.Hour, true},
		"a counter of a day":        {24 * time.Hour, true},
		"a code after the counters": {10 * time.Second, false},
	}
	for _, name := range []string{
		"a counter", "a code", "another", "at its end", "a counter of a day", "a code after the counters", "in its last millisecond",
	} {
		s.keep(t, name, now().Add(ends[name].in))
	}
	move(20 * time.Second)
	for i := range 3 {
		s.keep(t, fmt.Sprint("new-", i), now().Add(10*time.Second))
	}
	for name, end := range ends {
		if kept := s.kept(t, name); kept != end.kept {
			t.Errorf("%s: kept is %t", name, kept)
		}
	}
}

// A sweep is short, so a backlog takes several writes.
func TestWriteSweepsFewRecords(t *testing.T) {
	s := opened(t)
	move, now := clock(s)
	const many = 10 * sweepEach
	for i := range many {
		s.keep(t, fmt.Sprint("code-", i), now().Add(10*time.Second))
	}
	move(time.Minute)
	for i := 1; s.records(t) > i; i++ {
		before := s.records(t)
		s.keep(t, fmt.Sprint("new-", i), now().Add(10*time.Second))
		if swept := before + 1 - s.records(t); swept < 1 || swept > sweepEach {
			t.Fatalf("a write swept %d records", swept)
		}
	}
}

// What a failed commit has swept is there again, and is swept later.
func TestFailedCommitSweepsNothing(t *testing.T) {
	s := opened(t)
	move, now := clock(s)
	s.keep(t, "code", now().Add(10*time.Second))
	move(time.Minute)
	spoiler := func(tx *conn) error {
		return errors.Join(tx.run(`PRAGMA defer_foreign_keys = 1`), tx.run(`INSERT INTO passwords VALUES ('nobody', 'id', 'hash', 0)`))
	}
	if err := s.write(t.Context(), spoiler); !errors.Is(err, login.StoreUnavailable) {
		t.Fatal(err)
	}
	if !s.kept(t, "code") {
		t.Fatal("the record is gone")
	}
	s.keep(t, "new", now().Add(10*time.Second))
	if s.kept(t, "code") {
		t.Error("the record is left")
	}
}

// SQLite gives ids again when the highest is deleted.
func TestSweepStartsAgainAfterAllRecordsAreGone(t *testing.T) {
	s := opened(t)
	move, now := clock(s)
	for round := range 3 {
		for i := range 5 {
			s.keep(t, fmt.Sprint(round, "-", i), now().Add(10*time.Second))
		}
		move(time.Minute)
		for range 4 { // writes that store no record
			if err := s.AddHashKind(t.Context(), fmt.Sprint("kind-", round), 1<<20); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.records(t); n != 0 {
			t.Fatalf("round %d left %d records", round, n)
		}
	}
}

// The file does not grow with the logins of the same users.
func TestLoginsOfTheSameUsersTakeBoundedSpace(t *testing.T) {
	s := opened(t)
	move, now := clock(s)
	const users, rounds = 20, 30
	for i := range users {
		enrolled(t, s, fmt.Sprint("user-", i))
	}
	logins := func(name string) {
		t.Helper()
		for round := range rounds {
			var all sync.WaitGroup
			for i := range users {
				all.Go(func() {
					if err := enter(t.Context(), s, fmt.Sprint("o-user-", i), fmt.Sprint(name, round, "-", i), now()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			move(time.Second)
		}
	}
	logins("first-") // until each user has as many sessions as are kept, and records expire
	before := pages(t, s.upkeep)
	for i := range 4 {
		logins(fmt.Sprint("round-", i, "-"))
	}
	if after := pages(t, s.upkeep); after > before+before/5 {
		t.Errorf("%d pages became %d", before, after)
	}
	if n := s.records(t); n > 15*users {
		t.Errorf("%d records of %d logins a second that live for 10 s", n, users)
	}
}
