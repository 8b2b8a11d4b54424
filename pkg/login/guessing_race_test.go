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
)

// parallel sends n guesses at the same time and says how many passwords were
// looked at. All others must have been throttled.
func (w *world) parallel(n int, guessers ...*guesser) int {
	w.Helper()
	ready := make([]guesser, n)
	for i := range n {
		ready[i] = *guessers[i%len(guessers)]
		ready[i].n += 1000 * (i + 1)
		ready[i].next(w)
	}
	before := w.Plain.Checks
	var wrong, other atomic.Int32
	var wg sync.WaitGroup
	for i, g := range ready {
		g.process = login.New(w.Config)
		wg.Go(func() {
			switch err := g.guess(w, "wrong"); {
			case errors.Is(err, login.InvalidCredentials):
				wrong.Add(1)
			case !errors.Is(err, login.TooManyAttempts):
				other.Add(1)
				w.Errorf("guess %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for _, g := range guessers {
		g.n += 1000 * (n + 1)
	}
	if looked := w.Plain.Checks - before; looked != int(wrong.Load()+other.Load()) {
		w.Errorf("%d passwords were looked at, %d answered", looked, wrong.Load())
	}
	return int(wrong.Load())
}

func TestGuessingAtTheSameTimeStaysWithinTheLimit(t *testing.T) {
	for name, c := range map[string]struct {
		guessers []*guesser
		given    func(w *world)
		// limit is how many are tried at most, and, unless least says otherwise, in the end.
		limit, least int
	}{
		"of one identity": {
			guessers: []*guesser{{identity: "mallory"}}, limit: 5,
		},
		"from one address at many accounts": {
			guessers: []*guesser{{address: "192.0.2.66"}}, limit: 60,
		},
		"of many identities from one address at one account": {
			guessers: []*guesser{{address: "192.0.2.66", account: "alice"}}, limit: 10,
		},
		"from ten addresses at one account": {
			// Ten at the account, of which each address may have had its two, or none.
			guessers: addresses(10), limit: 10 + 2*10, least: 10,
		},
		"from one address at an account under attack": {
			guessers: []*guesser{{address: "192.0.2.66", account: "alice"}},
			given:    func(w *world) { w.attack("alice") }, limit: 2,
		},
		"from four addresses at an account under attack": {
			guessers: addresses(4), given: func(w *world) { w.attack("alice") }, limit: 8,
		},
		"of one identity whose wait is over": {
			guessers: []*guesser{{identity: "mallory"}},
			given: func(w *world) {
				g := guesser{identity: "mallory"}
				for range 5 {
					if err := g.send(w, "wrong"); !errors.Is(err, login.InvalidCredentials) {
						w.Fatal(err)
					}
				}
				w.Pass(time.Minute)
			},
			limit: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			if c.given != nil {
				c.given(w)
			}
			got := w.parallel(100, c.guessers...)
			if got > c.limit {
				t.Fatalf("%d were tried, want at most %d", got, c.limit)
			}
			// None of the tries is lost: one after the other gets those that are left.
			for n := 0; n < 100 && got <= c.limit; n++ {
				err := c.guessers[n%len(c.guessers)].send(w, "wrong")
				if errors.Is(err, login.InvalidCredentials) {
					got++
				}
			}
			if got > c.limit || got < cmp.Or(c.least, c.limit) {
				t.Errorf("%d were tried in the end, want %d to %d", got, cmp.Or(c.least, c.limit), c.limit)
			}
		})
	}
}

// addresses are guessers at alice's account, each from an address of its own.
func addresses(n int) []*guesser {
	guessers := make([]*guesser, n)
	for i := range guessers {
		guessers[i] = &guesser{address: fmt.Sprintf("192.0.2.%d", 100+i), account: "alice", n: i * 1_000_000}
	}
	return guessers
}

// Reservations go when their requests end, long before they expire.
func TestReservationsInTheWayAreWaitedForBriefly(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.spendFirst("mallory")
	let := w.hold("alice", 10)
	_, err := w.BindUser("mallory-1", "alice", "wrong")
	if e := login.AsError(err); e.Code != login.TooManyAttempts || e.RetryAfter != 2*time.Second {
		t.Errorf("got %v, retry after %v, want 2s", err, e.RetryAfter)
	}
	let()
	if _, err := w.BindUser("mallory-2", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("once they are gone: %v", err)
	}
}

// hold makes requests that have reserved a try at the username and then wait,
// until the function that it gives is called.
func (w *world) hold(username string, n int) (let func()) {
	release := make(chan struct{})
	var reserved, ended sync.WaitGroup
	waiting := &waitingUsers{Store: w.DB, reserved: &reserved, release: release}
	service := login.New(w.Config)
	service.Store = waiting
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
	login.Store
	reserved *sync.WaitGroup
	release  chan struct{}
}

func (u *waitingUsers) UserWithPassword(ctx context.Context, id string) (login.User, login.Password, error) {
	u.reserved.Done()
	<-u.release
	return u.Store.UserWithPassword(ctx, id)
}
