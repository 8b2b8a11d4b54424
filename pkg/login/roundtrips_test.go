package login_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// In the bubble of synctest a call takes exactly one trip of its time, so the
// trips that a request takes are its sequential round trips.
func TestSequentialRoundTrips(t *testing.T) {
	const trip = 100 * time.Millisecond
	for name, c := range map[string]struct {
		given func(w *world)
		do    func(w *world) error
		want  int
	}{
		"checkBind, not bound: WeChat + 1": {
			given: func(*world) {},
			do:    func(w *world) error { _, err := w.check("alice-1"); return err },
			want:  2,
		},
		"checkBind, bound: WeChat + 2": {
			given: func(w *world) { w.bound("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.check("alice-2"); return err },
			want:  3,
		},
		"checkBind with menus that are not cached: one more": {
			given: func(w *world) { w.boundWithRole("alice-1", "alice"); w.pass(2 * time.Minute) },
			do:    func(w *world) error { _, err := w.check("alice-2"); return err },
			want:  4,
		},
		"checkBind with menus from the cache: WeChat + 2": {
			given: func(w *world) { w.boundWithRole("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.check("alice-2"); return err },
			want:  3,
		},
		"checkBind that ends surplus sessions: one more": {
			given: func(w *world) {
				w.bound("alice-1", "alice")
				for _, code := range []string{"b", "c", "d", "e", "f", "g", "h", "i", "j"} {
					w.pass(time.Second)
					w.must(w.check("alice-" + code))
				}
			},
			do:   func(w *world) error { _, err := w.check("alice-2"); return err },
			want: 4,
		},
		"bind: WeChat + 3": {
			given: func(w *world) { w.user("alice") },
			do:    func(w *world) error { _, err := w.bind("alice-1", "alice", password); return err },
			want:  4,
		},
		"bind again to the same user: one more": {
			given: func(w *world) { w.bound("alice-1", "alice"); w.pass(time.Hour) },
			do:    func(w *world) error { _, err := w.bind("alice-2", "alice", password); return err },
			// One for the counters that stand, one for the binding that stands.
			want: 6,
		},
		"code2session: WeChat + 1": {
			given: func(w *world) { w.bound("alice-1", "alice") },
			do: func(w *world) error {
				_, err := w.Exchange(w.Context(), phone, "alice-2")
				return err
			},
			want: 2,
		},
		"a repeated checkBind: one more": {
			given: func(w *world) { w.bound("alice-1", "alice"); w.must(w.check("alice-2")) },
			do:    func(w *world) error { _, err := w.check("alice-2"); return err },
			want:  4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				c.given(w)
				w.store.do(func(string) error { time.Sleep(trip); return nil })
				w.people.before = func(string) error { time.Sleep(trip); return nil }
				w.people.slowRefusal = trip
				begin := time.Now()
				if err := c.do(w); err != nil {
					t.Fatal(err)
				}
				if got := int(time.Since(begin) / trip); got != c.want {
					t.Errorf("%d sequential round trips, want %d: %v", got, c.want, w.store.calls)
				}
			})
		})
	}
}

func (w *world) boundWithRole(code, username string) {
	w.Helper()
	if err := w.store.PutRole(w.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "1", Name: "Home"}}}); err != nil {
		w.Fatal(err)
	}
	u := login.User{
		ID: "u-" + username, Username: username, PasswordHash: "plain:" + password, Roles: []string{"clerk"},
		CreatedAt: w.clock(), Apps: map[string]login.UserApp{},
	}
	if err := w.store.AddUser(w.Context(), u); err != nil {
		w.Fatal(err)
	}
	if _, err := w.bind(code, username, password); err != nil {
		w.Fatal(err)
	}
}

func (w *world) must(_ any, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}
