package login_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func (w *world) bindFrom(address, code, username, password string) (*login.Login, error) {
	return w.bindBy(w.Service, address, code, username, password)
}

func (w *world) bindBy(process *login.Service, address, code, username, password string) (*login.Login, error) {
	caller := login.Caller{Address: address}
	return process.Bind(w.Context(), caller, login.BindRequest{Code: code, Username: username, Password: login.Hidden(password)})
}

// guesser sends wrong passwords, each of which is of another identity, from
// another address and at another account than all others, but for what is fixed.
type guesser struct {
	identity, address, account string
	n                          int
	// process is where the guesses go; nil means the world's service.
	process *login.Service
}

func (g *guesser) send(w *world, password string) error {
	g.next(w)
	return g.guess(w, password)
}

// next makes the next identity ready, which spends the attempt that it has in any case.
func (g *guesser) next(w *world) {
	g.n++
	if g.identity == "" {
		w.spendFirst(fmt.Sprintf("mallory%d", g.n))
	}
}

func (g *guesser) guess(w *world, password string) error {
	_, err := w.bindBy(
		cmp.Or(g.process, w.Service),
		cmp.Or(g.address, fmt.Sprintf("198.51.100.%d", g.n)),
		fmt.Sprintf("%s-%d", cmp.Or(g.identity, fmt.Sprintf("mallory%d", g.n)), g.n),
		cmp.Or(g.account, fmt.Sprintf("user%d", g.n)), password)
	return err
}

// spendFirst lets an identity send its first wrong password, at an account and from an address that
// nobody else has.
func (w *world) spendFirst(identity string) {
	_, _ = w.bindFrom("elsewhere "+identity, identity+"-first", "elsewhere "+identity, "wrong") // a test may make it fail
}

// The table of docs/limits.md.
func TestWaitsGrow(t *testing.T) {
	const s, m = time.Second, time.Minute
	for name, c := range map[string]struct {
		guesser guesser
		free    int
		waits   []time.Duration
		// attacked says that others have guessed at the account.
		attacked bool
	}{
		"of an identity": {
			guesser: guesser{identity: "mallory"}, free: 5,
			waits: []time.Duration{1 * m, 2 * m, 4 * m, 8 * m, 16 * m, 32 * m, 60 * m, 60 * m},
		},
		"of an address": {
			guesser: guesser{address: "192.0.2.66"}, free: 60,
			waits: []time.Duration{10 * s, 20 * s, 40 * s, 80 * s, 120 * s, 120 * s},
		},
		"of an address at an account under attack": {
			guesser: guesser{address: "192.0.2.66", account: "alice"}, free: 2, attacked: true,
			waits: []time.Duration{1 * m, 2 * m, 4 * m, 8 * m, 16 * m},
		},
		"of an address at an account under attack that does not exist": {
			guesser: guesser{address: "192.0.2.66", account: "nobody"}, free: 2, attacked: true,
			waits: []time.Duration{1 * m, 2 * m, 4 * m, 8 * m, 16 * m},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			if c.attacked {
				w.attack(c.guesser.account)
			}
			wrong := func() {
				t.Helper()
				if err := c.guesser.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
					t.Fatalf("wrong password %d: %v", c.guesser.n, err)
				}
			}
			for range c.free {
				wrong()
			}
			for n, wait := range c.waits {
				for _, left := range []time.Duration{wait, time.Millisecond} {
					w.Pass(wait - left)
					wait = left
					c.guesser.next(w)
					checks := w.Plain.Checks
					err := c.guesser.guess(w, password)
					if e := login.AsError(err); e.Code != login.TooManyAttempts || e.RetryAfter != left {
						t.Fatalf("wait %d: %v, retry after %v, want %v", n+1, err, e.RetryAfter, left)
					}
					if w.Plain.Checks != checks {
						t.Fatal("the password was looked at")
					}
				}
				w.Pass(time.Millisecond)
				wrong()
			}
		})
	}
}

// attack spends an account for an hour: ten wrong passwords from ten addresses.
func (w *world) attack(account string) {
	w.Helper()
	for n := range 10 {
		if _, err := w.bindFrom(fmt.Sprintf("203.0.113.%d", n), fmt.Sprintf("heater%d-%s%d", n, account, w.Clock().Unix()), account, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			w.Fatal(err)
		}
	}
}

// Wrong passwords that leave the window shorten the wait.
func TestWrongPasswordsAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	g := guesser{identity: "mallory"}
	for n := range 5 { // at 0, 5, 10, 15 and 20 hours
		if n > 0 {
			w.Pass(5 * time.Hour)
		}
		if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatalf("wrong password %d: %v", n+1, err)
		}
	}
	w.Pass(4*time.Hour - 30*time.Second)
	if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Fatalf("hours after the last one: %v", err)
	}
	// Six ask for two minutes. In 30 seconds the first is 24 hours old, and five ask for one.
	err := g.send(w, password)
	if e := login.AsError(err); e.Code != login.TooManyAttempts || e.RetryAfter != time.Minute {
		t.Fatalf("got %v, retry after %v, want 1m", err, e.RetryAfter)
	}
	w.Pass(time.Minute)
	if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("after the wait: %v", err)
	}
}

// The account cools down when its wrong passwords leave the window, and then an
// address may try that would have to wait while it is under attack.
func TestHotAccountTellsTheShorterWait(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	g := guesser{address: "192.0.2.66", account: "alice"}
	for range 10 {
		if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
		w.Pass(time.Minute)
	}
	// By itself the address would wait for an hour since a minute ago.
	err := g.send(w, "wrong")
	if e := login.AsError(err); e.Code != login.TooManyAttempts || e.RetryAfter != 50*time.Minute {
		t.Fatalf("got %v, retry after %v, want 50m", err, e.RetryAfter)
	}
	w.Pass(50 * time.Minute)
	if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("after the wait: %v", err)
	}
}

// A stranger guesses at alice's account for days, as often as may be and more,
// from one address and from many. She logs in all the same, typing errors included.
func TestStrangerLocksNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.Store = &measured{Store: w.DB}
	const days, pace = 3, 3 * time.Minute
	from := map[string]int{}
	for n := range int(days * 24 * time.Hour / pace) {
		stranger := guesser{address: fmt.Sprintf("198.51.100.%d", n%3), account: "alice", n: n}
		if err := stranger.send(w, "wrong"); errors.Is(err, login.InvalidCredentials) {
			from[stranger.address]++
		} else if !errors.Is(err, login.TooManyAttempts) {
			t.Fatal(err)
		}
		if n%120 == 7 { // every six hours
			if _, err := w.bindFrom("192.0.2.1", fmt.Sprintf("alice-typo%d", n), "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
				t.Fatalf("alice mistypes, %d: %v", n, err)
			}
			w.Pass(15 * time.Minute) // longer than she has to wait after four or five of a day
			if _, err := w.bindFrom("192.0.2.1", fmt.Sprintf("alice-%d", n), "alice", password); err != nil {
				t.Fatalf("alice, %d: %v", n, err)
			}
		}
		w.Pass(pace)
	}
	total := 0
	for _, n := range from {
		total += n
	}
	// Ten an hour at the account and, while it is under attack, one an hour for each of three
	// addresses once their shorter waits are over.
	if most := days*24*(10+3) + 3*8; total > most {
		t.Errorf("the stranger had %d tries, want at most %d: %v", total, most, from)
	}
	if most := w.Store.(*measured).most; most > 4096 {
		t.Errorf("a counter has grown to %d bytes", most)
	}
}

// measured keeps how large a record was at most.
type measured struct {
	login.Store
	mu   sync.Mutex
	most int
}

func (m *measured) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	m.mu.Lock()
	m.most = max(m.most, len(r.Value))
	m.mu.Unlock()
	return m.Store.SwapRecord(ctx, name, old, r)
}

func TestOnlyWrongPasswordsCount(t *testing.T) {
	for name, try := range map[string]func(w *world, n int) error{
		"right ones": func(w *world, n int) error {
			_, err := w.BindUser(fmt.Sprintf("alice-%d", n), "alice", password)
			return err
		},
		"disabled users": func(w *world, n int) error {
			_, err := w.BindUser(fmt.Sprintf("mallory-%d", n), "gone", password)
			return err
		},
		"conflicts": func(w *world, n int) error {
			_, err := w.BindUser(fmt.Sprintf("mallory-%d", n), "bob", password)
			return err
		},
		"another's openid": func(w *world, n int) error { return w.bindAs(fmt.Sprintf("mallory-%d", n), "o-bob") },
		"a store that fails": func(w *world, n int) error {
			w.DB.Do(logintest.Failing("UserWithPassword"))
			defer w.DB.Do(nil)
			_, err := w.BindUser(fmt.Sprintf("mallory-%d", n), "alice", "wrong")
			return err
		},
		"a count that cannot be kept": func(w *world, n int) error {
			// The reservations are written; what would make them count is not.
			var reserved atomic.Bool
			w.DB.Do(func(op string) error {
				if op == "UserWithPassword" {
					reserved.Store(true)
				}
				if op == "SwapRecord" && reserved.Load() {
					return login.Unavailable(errors.New("gone"))
				}
				return nil
			})
			defer w.DB.Do(nil)
			_, err := w.BindUser(fmt.Sprintf("mallory-%d", n), "alice", "wrong")
			w.Pass(31 * time.Second)
			if errors.Is(err, login.InvalidCredentials) {
				w.Error("a guess was answered and not counted")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			w.Bound("bob-1", "bob")
			gone := w.AddUser("gone")
			if err := w.DB.DisableUser(t.Context(), gone.ID, login.NewID()); err != nil {
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

func (w *world) bindAs(code, openID string) error {
	_, err := w.Bind(w.Context(), phone, login.BindRequest{Code: code, OpenID: openID, Username: "alice", Password: password})
	return err
}

// A throttled identity must not use up the tries at the usernames that it names.
func TestThrottledTriesCostNobodyElse(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	for n := range 30 {
		_, err := w.BindUser(fmt.Sprintf("mallory-%d", n), fmt.Sprintf("user%d", n), "wrong")
		if want := n >= 5; errors.Is(err, login.TooManyAttempts) != want {
			t.Fatalf("try %d: %v", n+1, err)
		}
	}
	for n := range 30 {
		if _, err := w.BindUser(fmt.Sprintf("mallory-%d", n+30), "alice", "wrong"); !errors.Is(err, login.TooManyAttempts) {
			t.Fatalf("try %d at alice: %v", n+1, err)
		}
	}
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Errorf("alice herself: %v", err)
	}
}
