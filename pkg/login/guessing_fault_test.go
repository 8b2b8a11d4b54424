package login_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// faulty is a store of records that may fail the n-th write since the last call
// of fail: before it is done, or after.
type faulty struct {
	login.Store
	mu     sync.Mutex
	broken func(n int) (before, after bool)
	n      int
}

func (f *faulty) fail(broken func(n int) (before, after bool)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken, f.n = broken, 0
}

func never(int) (before, after bool) { return false, false }

func (f *faulty) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	f.mu.Lock()
	before, after := f.broken(f.n)
	f.n++
	f.mu.Unlock()
	gone := login.Unavailable(errors.New("gone"))
	if before {
		return login.Record{}, gone
	}
	stored, err := f.Store.SwapRecord(ctx, name, old, r)
	if after && err == nil {
		return login.Record{}, gone
	}
	return stored, err
}

// A hundred failures of the store, wherever they come, cost the owner nothing.
func TestStoreFailuresCostNoTries(t *testing.T) {
	for name, broken := range map[string]func(n int) (before, after bool){
		"before the writes": func(int) (bool, bool) { return true, false },
		"after the writes":  func(int) (bool, bool) { return false, true },
		"before some":       func(n int) (bool, bool) { return n%3 == 0, false },
		"after some":        func(n int) (bool, bool) { return false, n%3 == 0 },
		"here and there":    func(n int) (bool, bool) { return n%5 == 1, n%7 == 3 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			store := &faulty{Store: w.DB, broken: broken}
			w.Store = store
			failed := 0
			for n := range 100 {
				_, err := w.BindUser(fmt.Sprintf("alice-%d", n), "alice", password)
				if errors.Is(err, login.StoreUnavailable) {
					failed++
				}
				// What could not be given back either is in the way for as long as after a crash.
				if err != nil {
					w.Pass(30 * time.Second)
				}
			}
			if failed < 20 {
				t.Fatalf("only %d failed", failed)
			}
			store.fail(never)
			g := guesser{identity: "alice", address: phone.Address, account: "alice", n: 1000}
			for n := range 5 {
				if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
					t.Fatalf("wrong password %d: %v", n+1, err)
				}
			}
			if err := g.send(w, "wrong"); login.AsError(err).RetryAfter != time.Minute {
				t.Errorf("wrong password 6: %v", err)
			}
		})
	}
}

// The write that makes a wrong password count is done and its answer lost: so it
// counts, and the guesser is told nothing.
func TestWrongPasswordIsToldOnlyOnceItCounts(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	store := &faulty{Store: w.DB, broken: never}
	w.Store = store
	w.DB.Do(func(op string) error {
		if op == "UserWithPassword" { // all is reserved
			store.fail(func(int) (before, after bool) { return false, true })
		}
		return nil
	})
	g := guesser{identity: "mallory", address: "192.0.2.66", account: "alice"}
	for range 5 {
		if err := g.send(w, "wrong"); !errors.Is(err, login.StoreUnavailable) {
			t.Fatalf("not known to count: %v", err)
		}
		store.fail(never)
	}
	if err := g.send(w, "wrong"); login.AsError(err).RetryAfter != time.Minute {
		t.Errorf("after five that count: %v", err)
	}
}

func TestReservationOfACrashExpires(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	crash := errors.New("crash")
	for n := range 5 {
		// The process dies between the reservation and everything else.
		w.DB.Do(func(op string) error {
			if op == "UserWithPassword" {
				w.DB.Do(func(string) error { return crash })
				return crash
			}
			return nil
		})
		if _, err := w.BindUser(fmt.Sprintf("alice-%d", n), "alice", password); err == nil {
			t.Fatal("no crash")
		}
	}
	w.DB.Do(nil)
	if _, err := w.BindUser("alice-5", "alice", password); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("while they stand: %v", err)
	}
	w.Pass(30 * time.Second)
	if _, err := w.BindUser("alice-6", "alice", password); err != nil {
		t.Errorf("after 30 s: %v", err)
	}
}

// A write is done, its answer lost, and another write follows it: the repeat
// finds a counter that has changed, and in it itself.
func TestWriteWhoseAnswerWasLostCountsOnce(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	lossy := &forgetful{Store: w.DB}
	w.Store = lossy
	g := guesser{identity: "mallory", address: "192.0.2.66", account: "alice"}
	for n := range 5 {
		if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatalf("wrong password %d of five: %v", n+1, err)
		}
	}
	if err := g.send(w, "wrong"); login.AsError(err).RetryAfter != time.Minute {
		t.Errorf("wrong password 6: %v", err)
	}
	if lossy.lost == 0 {
		t.Error("no answer was lost")
	}
}

// forgetful loses the answer to every other write of a record, and another write
// follows it.
type forgetful struct {
	login.Store
	mu     sync.Mutex
	writes map[string]int
	lost   int
}

func (f *forgetful) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	stored, err := f.Store.SwapRecord(ctx, name, old, r)
	if err != nil {
		return stored, err
	}
	if f.writes == nil {
		f.writes = map[string]int{}
	}
	if f.writes[name]++; f.writes[name]%2 == 0 {
		return stored, nil
	}
	f.lost++
	r.Version += "-by another"
	if err := f.StoreRecord(ctx, name, r); err != nil {
		return login.Record{}, err
	}
	return r, login.ErrRecordChanged
}

// A thousand requests reserve at one account from one address, and die. What they
// leave behind stays small.
func TestCountersOfManyReservationsStaySmall(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	records := &hoarder{Store: w.DB, sizes: map[string]int{}}
	w.Store = records
	w.DB.Do(logintest.Failing("UserWithPassword"))
	g := guesser{address: "192.0.2.66", account: "alice"}
	for range 1000 {
		_ = g.send(w, "wrong")
	}
	most := 0
	for _, size := range records.sizes {
		most = max(most, size)
	}
	if most > 8<<10 || most < 4<<10 {
		t.Errorf("the largest counter has %d bytes", most)
	}
	w.DB.Do(nil)
	w.Store = w.DB
	w.Pass(30 * time.Second)
	if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("once they have expired: %v", err)
	}
}

// hoarder keeps the sizes of records, and fails whatever makes one smaller.
type hoarder struct {
	login.Store
	mu    sync.Mutex
	sizes map[string]int
}

func (h *hoarder) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if standing, err := h.LoadRecord(ctx, name); err == nil && standing.Version == old && len(r.Value) < len(standing.Value) {
		return login.Record{}, login.Unavailable(errors.New("gone"))
	}
	stored, err := h.Store.SwapRecord(ctx, name, old, r)
	if err == nil {
		h.sizes[name] = len(r.Value)
	}
	return stored, err
}

// The request's time is over: its tries are given back all the same.
func TestTriesAreGivenBackAfterTheDeadline(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	for n := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		w.DB.Do(func(op string) error {
			if op == "UserWithPassword" {
				cancel()
			}
			return nil
		})
		_, err := w.Bind(ctx, phone, login.BindRequest{Code: fmt.Sprintf("alice-%d", n), Username: "alice", Password: password})
		if !errors.Is(err, login.StoreUnavailable) {
			t.Fatalf("try %d: %v", n+1, err)
		}
	}
}
