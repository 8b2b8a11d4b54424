package login_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestGuessingIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		code, username func(n int) string
		limit          int
	}{
		"per identity": {
			func(n int) string { return fmt.Sprintf("mallory-%d", n) },
			func(n int) string { return fmt.Sprintf("user%d", n) }, 5,
		},
		"per username": {
			func(n int) string { return fmt.Sprintf("mallory%d-1", n) },
			func(int) string { return "alice" }, 10,
		},
		"per username that does not exist": {
			func(n int) string { return fmt.Sprintf("mallory%d-1", n) },
			func(int) string { return "nobody" }, 10,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.user("alice")
			for n := range c.limit {
				if _, err := w.bind(c.code(n), c.username(n), "wrong"); !errors.Is(err, login.InvalidCredentials) {
					t.Fatalf("try %d: %v", n+1, err)
				}
				w.pass(time.Minute)
			}
			hashes := w.hasher.checks
			_, err := w.bind(c.code(98), c.username(98), password)
			throttled := login.AsError(err)
			if throttled.Code != login.TooManyAttempts || w.hasher.checks != hashes {
				t.Fatalf("try %d: %v", c.limit+1, err)
			}
			if want := 15*time.Minute - time.Duration(c.limit)*time.Minute; throttled.RetryAfter != want {
				t.Errorf("retry after %v, want %v", throttled.RetryAfter, want)
			}
			w.pass(throttled.RetryAfter)
			if _, err := w.bind(c.code(99), c.username(99), "wrong"); !errors.Is(err, login.InvalidCredentials) {
				t.Errorf("after the wait: %v", err)
			}
		})
	}
}

func TestOnlyWrongPasswordsCount(t *testing.T) {
	for name, try := range map[string]func(w *world, n int) error{
		"right ones": func(w *world, n int) error {
			_, err := w.bind(fmt.Sprintf("alice-%d", n), "alice", password)
			return err
		},
		"disabled users": func(w *world, n int) error {
			_, err := w.bind(fmt.Sprintf("mallory-%d", n), "gone", password)
			return err
		},
		"conflicts": func(w *world, n int) error {
			_, err := w.bind(fmt.Sprintf("mallory-%d", n), "bob", password)
			return err
		},
		"another's openid": func(w *world, n int) error { return w.bindAs(fmt.Sprintf("mallory-%d", n), "o-bob") },
		"a store that fails": func(w *world, n int) error {
			w.store.do(failing("UserByID"))
			defer w.store.do(nil)
			_, err := w.bind(fmt.Sprintf("mallory-%d", n), "alice", "wrong")
			return err
		},
		"a count that cannot be kept": func(w *world, n int) error {
			// The reservations are written; what would make them count is not.
			var reserved atomic.Bool
			w.store.do(func(op string) error {
				if op == "UserByID" {
					reserved.Store(true)
				}
				if op == "SwapRecord" && reserved.Load() {
					return login.Unavailable(errors.New("gone"))
				}
				return nil
			})
			defer w.store.do(nil)
			_, err := w.bind(fmt.Sprintf("mallory-%d", n), "alice", "wrong")
			w.pass(31 * time.Second)
			if errors.Is(err, login.InvalidCredentials) {
				w.Error("a guess was answered and not counted")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.user("alice")
			w.bound("bob-1", "bob")
			gone := w.user("gone")
			if err := w.store.DisableUser(t.Context(), gone.ID, w.clock()); err != nil {
				t.Fatal(err)
			}
			for n := range 20 {
				if err := try(w, n); errors.Is(err, login.TooManyAttempts) {
					t.Fatalf("try %d: %v", n+1, err)
				}
			}
		})
	}
}

func TestReservationOfACrashExpires(t *testing.T) {
	w := newWorld(t)
	w.user("alice")
	crash := errors.New("crash")
	for n := range 5 {
		// The process dies between the reservation and everything else.
		w.store.do(func(op string) error {
			if op == "UserByID" {
				w.store.do(func(string) error { return crash })
				return crash
			}
			return nil
		})
		if _, err := w.bind(fmt.Sprintf("alice-%d", n), "alice", password); err == nil {
			t.Fatal("no crash")
		}
	}
	w.store.do(nil)
	if _, err := w.bind("alice-5", "alice", password); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("while they stand: %v", err)
	}
	w.pass(30 * time.Second)
	if _, err := w.bind("alice-6", "alice", password); err != nil {
		t.Errorf("after 30 s: %v", err)
	}
}

func TestGuessingAtTheSameTimeStaysWithinTheLimit(t *testing.T) {
	w := newWorld(t)
	w.user("alice")
	const guesses, limit = 100, 10
	var wrong, throttled atomic.Int32
	var wg sync.WaitGroup
	for n := range guesses {
		wg.Go(func() {
			_, err := w.bind(fmt.Sprintf("mallory%d-1", n), "alice", "wrong")
			switch {
			case errors.Is(err, login.InvalidCredentials):
				wrong.Add(1)
			case errors.Is(err, login.TooManyAttempts):
				throttled.Add(1)
			default:
				t.Errorf("guess %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	if wrong.Load() != limit || int(wrong.Load())+int(throttled.Load()) != guesses {
		t.Errorf("%d were tried and %d throttled, want %d tried", wrong.Load(), throttled.Load(), limit)
	}
	if w.hasher.checks != limit {
		t.Errorf("%d passwords were looked at, want %d", w.hasher.checks, limit)
	}
}

func (w *world) bindAs(code, openID string) error {
	_, err := w.Bind(w.Context(), phone, login.BindRequest{Code: code, OpenID: openID, Username: "alice", Password: password})
	return err
}

// A throttled identity must not use up the tries at the usernames that it names.
func TestThrottledTriesCostNobodyElse(t *testing.T) {
	w := newWorld(t)
	w.user("alice")
	for n := range 30 {
		_, err := w.bind(fmt.Sprintf("mallory-%d", n), fmt.Sprintf("user%d", n), "wrong")
		if want := n >= 5; errors.Is(err, login.TooManyAttempts) != want {
			t.Fatalf("try %d: %v", n+1, err)
		}
	}
	for n := range 30 {
		if _, err := w.bind(fmt.Sprintf("mallory-%d", n+30), "alice", "wrong"); !errors.Is(err, login.TooManyAttempts) {
			t.Fatalf("try %d at alice: %v", n+1, err)
		}
	}
	if _, err := w.bind("alice-1", "alice", password); err != nil {
		t.Errorf("alice herself: %v", err)
	}
}

// A reservation is written, its answer lost, and another one written behind it:
// the repeat finds a counter that has changed, and in it itself.
func TestReservationWhoseAnswerWasLostCountsOnce(t *testing.T) {
	w := newWorld(t)
	w.user("alice")
	for n := range 4 {
		if _, err := w.bind(fmt.Sprintf("mallory-%d", n), fmt.Sprintf("user%d", n), "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
	}
	w.Ephemeral = &forgetful{Ephemeral: w.store}
	if _, err := w.bind("mallory-5", "alice", password); err != nil {
		t.Errorf("the fifth try of five: %v", err)
	}
}

// forgetful loses the answer to each first write, and another write follows it.
type forgetful struct {
	login.Ephemeral
	mu   sync.Mutex
	lost map[string]bool
}

func (f *forgetful) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	stored, err := f.Ephemeral.SwapRecord(ctx, name, old, r)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || f.lost[name] {
		return stored, err
	}
	if f.lost == nil {
		f.lost = map[string]bool{}
	}
	f.lost[name] = true
	r.Version += "-by another"
	if err := f.StoreRecord(ctx, name, r); err != nil {
		return login.Record{}, err
	}
	return r, login.ErrRecordChanged
}

// The request's time is over: its tries are given back all the same.
func TestTriesAreGivenBackAfterTheDeadline(t *testing.T) {
	w := newWorld(t)
	w.user("alice")
	for n := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		w.store.do(func(op string) error {
			if op == "UserByID" {
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

// Reservations go when their requests end, long before they expire.
func TestReservationsInTheWayAreWaitedForBriefly(t *testing.T) {
	w := newWorld(t)
	w.user("alice")
	let := w.hold("alice", 10)
	_, err := w.bind("mallory-1", "alice", "wrong")
	if e := login.AsError(err); e.Code != login.TooManyAttempts || e.RetryAfter != 2*time.Second {
		t.Errorf("got %v, retry after %v, want 2s", err, e.RetryAfter)
	}
	let()
	if _, err := w.bind("mallory-2", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("once they are gone: %v", err)
	}
}

// hold makes requests that have reserved a try at the username and then wait,
// until the function that it gives is called.
func (w *world) hold(username string, n int) (let func()) {
	release := make(chan struct{})
	var reserved, ended sync.WaitGroup
	waiting := &waitingUsers{Users: w.store, reserved: &reserved, release: release}
	service := login.New(w.Config)
	service.Users = waiting
	for i := range n {
		reserved.Add(1)
		ended.Go(func() {
			r := login.BindRequest{Code: fmt.Sprintf("holder%d-1", i), Username: username, Password: password}
			if _, err := service.Bind(w.Context(), phone, r); err != nil && !errors.Is(err, login.UserBound) {
				w.Errorf("holder %d: %v", i, err)
			}
		})
	}
	reserved.Wait()
	return func() {
		close(release)
		ended.Wait()
	}
}

// waitingUsers reads a user only when it is released.
type waitingUsers struct {
	login.Users
	reserved *sync.WaitGroup
	release  chan struct{}
}

func (u *waitingUsers) UserByID(ctx context.Context, id string) (login.User, error) {
	u.reserved.Done()
	<-u.release
	return u.Users.UserByID(ctx, id)
}
