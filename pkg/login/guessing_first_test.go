package login_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// fill leaves no attempt at alice's account from the phone's address, in the counters of the address, the account and
// both.
func (w *world) fill() {
	w.Helper()
	w.attack("alice")
	for i, g := range []*guesser{{address: phone.Address, account: "alice"}, {address: phone.Address}} {
		g.n = int(w.Clock().Unix()) + 1000*i // codes that nobody has used
		for range 60 {
			if err := g.send(w, "wrong"); err != nil && !errors.Is(err, login.InvalidCredentials) && !errors.Is(err, login.TooManyAttempts) {
				w.Fatal(err)
			}
		}
	}
	witness := fmt.Sprintf("witness%d", w.Clock().Unix())
	w.spendFirst(witness)
	if _, err := w.BindUser(witness+"-1", "alice", password); login.AsError(err).RetryAfter < 50*time.Second {
		w.Fatalf("there is room yet: %v", err)
	}
}

// Whoever has sent no wrong password has one attempt whatever others do, and not a second one.
func TestFirstAttemptPassesEveryMeter(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.fill()
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Errorf("the right password: %v", err)
	}
	if _, err := w.BindUser("mallory-1", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("a wrong one: %v", err)
	}
	for n, pw := range []string{"wrong", password} {
		if _, err := w.BindUser(fmt.Sprintf("mallory-more%d", n), "alice", pw); !errors.Is(err, login.TooManyAttempts) {
			t.Errorf("after that: %v", err)
		}
	}
	// A right password is no attempt that counts.
	if _, err := w.BindUser("alice-2", "alice", password); err != nil {
		t.Errorf("the right password again: %v", err)
	}
	w.Pass(24 * time.Hour)
	w.fill()
	if _, err := w.BindUser("mallory-2", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("when the wrong one no longer counts: %v", err)
	}
}

func TestFirstAttemptIsOneInParallel(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.fill()
	if got := w.parallel(50, &guesser{identity: "mallory", address: phone.Address, account: "alice"}); got != 1 {
		t.Errorf("%d passwords were looked at, want 1", got)
	}
}

// A first attempt that is wrong counts in all four counters, though three have no room. They stay short.
func TestFirstAttemptCountsEverywhere(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.fill()
	c := w.counters()
	for n := range 100 {
		if _, err := w.BindUser(fmt.Sprintf("mallory%d-1", n), "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
		if n == 0 {
			ids := map[string]int{}
			for counted := range c.counted {
				_, id, _ := strings.Cut(counted, " ")
				ids[id]++
			}
			if !slices.Contains(slices.Collect(maps.Values(ids)), 4) {
				t.Errorf("so often the counters have each wrong password: %v, want four times", ids)
			}
		}
	}
	w.Store = w.DB
	w.Pass(30 * time.Minute)
	// The ten newest at the account are of now, so it stays under attack for another half an hour.
	w.spendFirst("witness")
	if _, err := w.BindUser("witness-1", "alice", password); login.AsError(err).RetryAfter != 30*time.Minute {
		t.Errorf("half an hour later: %v, retry after %v, want 30m", err, login.AsError(err).RetryAfter)
	}
	most := 0
	for _, r := range c.written {
		most = max(most, len(r.Value))
	}
	if most > 4096 {
		t.Errorf("a counter has %d bytes", most)
	}
}

// Sixteen WeChats guess at alice's account from her own address, whenever they may, all day. She has no wrong password of
// her own, and gets in at each of the day's minutes.
func TestOwnerGetsInBesideGuessers(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	guessed := 0
	var ready [16]time.Time
	for minute := range 24 * 60 {
		for n := range ready {
			if w.Clock().Before(ready[n]) {
				continue
			}
			_, err := w.BindUser(fmt.Sprintf("mallory%d-%d", n, minute), "alice", "wrong")
			ready[n] = w.Clock().Add(login.AsError(err).RetryAfter)
			if errors.Is(err, login.InvalidCredentials) {
				guessed++
			} else if !errors.Is(err, login.TooManyAttempts) {
				t.Fatal(err)
			}
		}
		if _, err := w.BindUser(fmt.Sprintf("alice-%d", minute), "alice", password); err != nil {
			t.Fatalf("minute %d: %v", minute, err)
		}
		w.Pass(time.Minute)
	}
	if guessed < 200 {
		t.Errorf("there were only %d guesses", guessed)
	}
}

// hasher is a Hasher whose work is what a test says.
type hasher struct {
	login.Hasher
	verify func(ctx context.Context) (ok bool, err error)
}

func (h hasher) Verify(ctx context.Context, _, _ login.Hidden, _ []string) (ok, outdated bool, err error) {
	ok, err = h.verify(ctx)
	return ok, false, err
}

// Once a hash has begun the attempt counts, unless the password was right.
func TestHashThatHasBegunCounts(t *testing.T) {
	undecided := login.Because(login.Overloaded, login.ErrUndecided)
	for name, c := range map[string]struct {
		verify func(end context.CancelFunc) (bool, error)
		want   error
		counts bool
	}{
		"wrong, when the time is up":     {func(end context.CancelFunc) (bool, error) { end(); return false, nil }, login.InvalidCredentials, true},
		"right, when the time is up":     {func(end context.CancelFunc) (bool, error) { end(); return true, nil }, login.StoreUnavailable, false},
		"not done, when the time is up":  {func(end context.CancelFunc) (bool, error) { end(); return false, undecided }, login.Overloaded, true},
		"not begun, when the time is up": {func(end context.CancelFunc) (bool, error) { end(); return false, login.Overloaded }, login.Overloaded, false},
		"not begun":                      {func(context.CancelFunc) (bool, error) { return false, login.Overloaded }, login.Overloaded, false},
		"a hash that cannot be read":     {func(context.CancelFunc) (bool, error) { return false, errors.New("unread") }, login.Internal, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			plain := w.Hasher
			for n := range 5 {
				ctx, cancel := context.WithCancel(t.Context())
				w.Hasher = hasher{plain, func(context.Context) (bool, error) { return c.verify(cancel) }}
				_, err := w.Bind(ctx, phone, login.BindRequest{Code: fmt.Sprintf("mallory-%d", n), Username: "alice", Password: "any"})
				if login.AsError(err).Code != login.AsError(c.want).Code {
					t.Fatalf("attempt %d: %v, want %v", n+1, err, c.want)
				}
				cancel()
			}
			w.Hasher = plain
			if _, err := w.BindUser("mallory-6", "alice", "wrong"); errors.Is(err, login.TooManyAttempts) != c.counts {
				t.Errorf("after five: %v", err)
			}
		})
	}
}

// The store is too slow for the deadline: what was hashed counts all the same.
func TestWrongPasswordCountsAfterTheDeadline(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	for n := range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		var hashed atomic.Bool
		w.Hasher = hasher{w.Plain, func(context.Context) (bool, error) { hashed.Store(true); return false, nil }}
		w.DB.Do(func(op string) error {
			if op == "SwapRecord" && hashed.Load() {
				cancel()
			}
			return nil
		})
		_, err := w.Bind(ctx, phone, login.BindRequest{Code: fmt.Sprintf("mallory-%d", n), Username: "alice", Password: "any"})
		if !errors.Is(err, login.InvalidCredentials) {
			t.Fatalf("attempt %d: %v", n+1, err)
		}
	}
	w.DB.Do(nil)
	if _, err := w.BindUser("mallory-6", "alice", "wrong"); login.AsError(err).RetryAfter != time.Minute {
		t.Errorf("after five: %v", err)
	}
}

// 220 guesses at once, few processors, and deadlines that end before, in and after a hash: as many count as were hashed,
// each in all four counters.
func TestGuessesUnderLoadAreAllCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.AddUser("alice")
		c := w.counters()
		processors := make(chan struct{}, 2)
		var hashed atomic.Int32
		w.Hasher = hasher{w.Plain, func(ctx context.Context) (bool, error) {
			select {
			case processors <- struct{}{}:
			case <-ctx.Done():
				return false, login.Overloaded
			}
			defer func() { <-processors }()
			if ctx.Err() != nil {
				return false, login.Overloaded
			}
			n := hashed.Add(1)
			time.Sleep(time.Duration(n%7) * 150 * time.Millisecond)
			if ctx.Err() != nil && n%2 == 0 {
				return false, login.Because(login.Overloaded, login.ErrUndecided)
			}
			return false, nil
		}}
		w.DB.Do(func(string) error { time.Sleep(time.Millisecond); return nil })
		var told, refused atomic.Int32
		var guesses sync.WaitGroup
		for n := range 220 {
			guesses.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Duration(n%10)*200*time.Millisecond)
				defer cancel()
				_, err := w.Bind(ctx, phone, login.BindRequest{Code: fmt.Sprintf("mallory%d-1", n), Username: "alice", Password: "any"})
				switch {
				case errors.Is(err, login.InvalidCredentials):
					told.Add(1)
				case errors.Is(err, login.Overloaded), errors.Is(err, login.StoreUnavailable): // too late for a hash, or for a reservation
					refused.Add(1)
				default:
					t.Errorf("guess %d: %v", n, err)
				}
			})
		}
		guesses.Wait()
		if n := int(hashed.Load()); n < 5 || n > 100 || len(c.counted) != 4*n {
			t.Errorf("%d were hashed, and the counters counted %d; want four times as many", n, len(c.counted))
		}
		if told.Load() == hashed.Load() || refused.Load() == 0 {
			t.Errorf("%d were told, %d turned away of %d: the deadlines have not come in the middle", told.Load(), refused.Load(), hashed.Load())
		}
	})
}
