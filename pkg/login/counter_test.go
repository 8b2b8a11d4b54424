package login_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// counters notes of each counter of guesses what was last written of it, and every wrong password that it has counted.
type counters struct {
	login.Store
	mu      sync.Mutex
	written map[string]login.Record
	counted map[string]bool // by the counter's name and the attempt's id
}

func (c *counters) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	stored, err := c.Store.SwapRecord(ctx, name, old, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && strings.HasPrefix(name, "count#") {
		c.written[name] = r
		for _, id := range wrongIn(r) {
			c.counted[name+" "+id] = true
		}
	}
	return stored, err
}

// wrongIn returns the ids of the wrong passwords in a counter.
func wrongIn(r login.Record) (ids []string) {
	var entries []struct {
		ID   string
		Held bool
	}
	_ = json.Unmarshal(r.Value, &entries) // another record has none
	for _, e := range entries {
		if !e.Held {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// counters watches the counters from now on.
func (w *world) counters() *counters {
	c := &counters{Store: w.DB, written: map[string]login.Record{}, counted: map[string]bool{}}
	w.Store = c
	return c
}

// A counter that others write again and again lets no guess through uncounted: neither
// before the password is looked at, nor after.
func TestGuessThatCannotBeCountedIsRefused(t *testing.T) {
	lost := func(op string) error {
		if op == "SwapRecord" {
			return login.ErrRecordChanged
		}
		return nil
	}
	for name, c := range map[string]struct {
		hook   func(w *world) func(op string) error
		looked int
	}{
		"as it is reserved": {func(*world) func(string) error { return lost }, 0},
		"as it is counted": {func(w *world) func(string) error {
			return func(op string) error {
				if op == "UserWithPassword" { // all is reserved
					w.DB.Do(lost)
				}
				return nil
			}
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.AddUser("alice")
				w.DB.Do(c.hook(w))
				if _, err := w.BindUser("mallory-1", "alice", "wrong"); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v", err)
				}
				if w.Plain.Checks != c.looked {
					t.Errorf("%d passwords were looked at, want %d", w.Plain.Checks, c.looked)
				}
			})
		})
	}
}

// A store may forget a record once it has expired. No guess is forgotten while it counts.
func TestCountersLastAsLongAsTheirGuesses(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	c := w.counters()
	lives := func() (lives []time.Duration) {
		for _, r := range c.written {
			lives = append(lives, r.ExpiresAt.Sub(w.Clock()))
		}
		slices.Sort(lives)
		return lives
	}
	var reserved []time.Duration
	w.DB.Do(func(op string) error {
		if op == "UserWithPassword" {
			reserved = lives()
		}
		return nil
	})
	if _, err := w.BindUser("mallory-1", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Fatal(err)
	}
	if want := slices.Repeat([]time.Duration{30 * time.Second}, 4); !slices.Equal(reserved, want) {
		t.Errorf("while a guess is under way: %v, want %v", reserved, want)
	}
	if want := []time.Duration{time.Hour, time.Hour, 24 * time.Hour, 24 * time.Hour}; !slices.Equal(lives(), want) {
		t.Errorf("after a wrong password: %v, want %v", lives(), want)
	}
	// A try that is given back takes nothing of that away.
	w.Pass(time.Minute)
	if _, err := w.BindUser("mallory-2", "alice", password); err != nil {
		t.Fatal(err)
	}
	if want := []time.Duration{59 * time.Minute, 59 * time.Minute, 1439 * time.Minute, 1439 * time.Minute}; !slices.Equal(lives(), want) {
		t.Errorf("after a right one: %v, want %v", lives(), want)
	}
}

// Four wrong passwords and one that is being looked at are five.
func TestGuessUnderWayFillsTheLimitWithThoseBefore(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	g := guesser{identity: "mallory"}
	for range 4 {
		if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
	}
	var beside error
	var under atomic.Bool
	w.DB.Do(func(op string) error {
		if op == "UserWithPassword" && under.CompareAndSwap(false, true) {
			beside = g.send(w, "wrong")
		}
		return nil
	})
	if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("the fifth: %v", err)
	}
	if e := login.AsError(beside); e.Code != login.TooManyAttempts || e.RetryAfter != 2*time.Second {
		t.Errorf("the sixth beside it: %v, retry after %v", beside, e.RetryAfter)
	}
}

// Whoever must wait does not write the counter that says so.
func TestRefusedGuessLeavesTheCounterAsItIs(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	g := guesser{identity: "mallory"}
	for range 5 {
		if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
	}
	c := w.counters()
	if err := g.send(w, "wrong"); !errors.Is(err, login.TooManyAttempts) {
		t.Fatal(err)
	}
	if len(c.written) != 3 { // those of the address, of the account, and of both
		t.Errorf("%d counters are written, want 3", len(c.written))
	}
}

// A day of guessing at an hour's pace leaves a counter no larger than half a day.
func TestCounterKeepsOnlyTheGuessesThatMatter(t *testing.T) {
	w := newWorld(t)
	c := w.counters()
	g := guesser{identity: "mallory"}
	var halfDay int
	for n := range 23 {
		if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatalf("guess %d: %v", n+1, err)
		}
		w.Pass(time.Hour)
		most := 0
		for _, r := range c.written {
			most = max(most, len(r.Value))
		}
		if n == 11 {
			halfDay = most
		}
		if n > 11 && most != halfDay {
			t.Fatalf("after %d guesses the counter has %d bytes, after 12 it had %d", n+1, most, halfDay)
		}
	}
}

// lost counts the swaps that others were faster with.
type lost struct {
	login.Store
	n atomic.Int32
}

func (l *lost) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	stored, err := l.Store.SwapRecord(ctx, name, old, r)
	if errors.Is(err, login.ErrRecordChanged) {
		l.n.Add(1)
	}
	return stored, err
}

// Sixty guesses at once write the counter of their address, in one process. They take turns and lose hardly a swap: if
// each tried until it succeeds, there would be over a thousand.
func TestRequestsOfAProcessTakeTurnsAtACounter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		swaps := &lost{Store: w.DB}
		w.Store = swaps
		w.DB.Do(func(string) error { time.Sleep(time.Millisecond); return nil })
		var guesses sync.WaitGroup
		for n := range 60 {
			g := guesser{address: "192.0.2.66", n: n}
			guesses.Go(func() {
				if err := g.guess(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
					t.Errorf("guess %d: %v", n, err)
				}
			})
		}
		guesses.Wait()
		if n := swaps.n.Load(); n > 10 {
			t.Errorf("%d swaps were lost", n)
		}
	})
}
