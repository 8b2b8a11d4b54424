package login_test

import (
	"errors"
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
		"checkBind, not bound: WeChat + 2": {
			given: func(*world) {},
			do:    func(w *world) error { _, err := w.CheckCode("alice-1"); return err },
			want:  3,
		},
		"checkBind, bound: WeChat + 2": {
			given: func(w *world) { w.Bound("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want:  3,
		},
		"checkBind after all sessions have ended: two more, once": {
			given: func(w *world) {
				u := w.Bound("alice-1", "alice")
				w.must(nil, w.DB.LogoutUser(w.Context(), u.ID, login.NewID()))
			},
			do:   func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want: 5,
		},
		"checkBind after that: WeChat + 2": {
			given: func(w *world) {
				u := w.Bound("alice-1", "alice")
				w.must(nil, w.DB.LogoutUser(w.Context(), u.ID, login.NewID()))
				w.must(w.CheckCode("alice-2"))
			},
			do:   func(w *world) error { _, err := w.CheckCode("alice-3"); return err },
			want: 3,
		},
		"a visit: 1": {
			given: func(w *world) { w.Bound("alice-1", "alice"); w.token = w.Token("alice-2") },
			do:    func(w *world) error { _, err := w.Verify(w.Context(), w.token); return err },
			want:  1,
		},
		"checkBind with menus that are not cached: one more": {
			given: func(w *world) { w.boundWithRole("alice-1", "alice"); w.Pass(2 * time.Minute) },
			do:    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want:  4,
		},
		"checkBind with menus from the cache: WeChat + 2": {
			given: func(w *world) { w.boundWithRole("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want:  3,
		},
		"checkBind that ends surplus sessions: WeChat + 2": {
			given: func(w *world) {
				w.Bound("alice-1", "alice")
				for _, code := range []string{"b", "c", "d", "e", "f", "g", "h", "i", "j"} {
					w.Pass(time.Second)
					w.must(w.CheckCode("alice-" + code))
				}
			},
			do:   func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want: 3,
		},
		"bind: WeChat + 3": {
			given: func(w *world) { w.AddUser("alice") },
			do:    func(w *world) error { _, err := w.BindUser("alice-1", "alice", password); return err },
			want:  4,
		},
		"bind again to the same user: one more": {
			given: func(w *world) { w.Bound("alice-1", "alice"); w.Pass(time.Hour) },
			do:    func(w *world) error { _, err := w.BindUser("alice-2", "alice", password); return err },
			// One for the counters that stand, one for the binding that stands.
			want: 6,
		},
		"code2session: WeChat + 1": {
			given: func(w *world) { w.Bound("alice-1", "alice") },
			do: func(w *world) error {
				_, err := w.Code2Session(w.Context(), phone, "alice-2")
				return err
			},
			want: 2,
		},
		"bindPhone of a new user: WeChat twice + 3": {
			given: func(w *world) { registering(w, openPolicy) },
			do:    func(w *world) error { _, err := tapped(w, phone, "alice-1", "phone-alice-1", ""); return err },
			want:  5,
		},
		"bindPhone of a user: WeChat twice + 3": {
			given: func(w *world) { registering(w, openPolicy); w.userWithPhone("alice", time.Hour, true) },
			do:    func(w *world) error { _, err := tapped(w, phone, "alice-1", "phone-alice-1", ""); return err },
			want:  5,
		},
		"bindPhone, bound: WeChat + 2": {
			given: func(w *world) { registering(w, openPolicy); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { _, err := tapped(w, phone, "alice-2", "phone-alice-1", ""); return err },
			want:  3,
		},
		"bindPhone in a process that has no access_token, but another has: one more": {
			given: func(w *world) { registering(w, openPolicy); w.Service = w.instance() },
			do:    func(w *world) error { _, err := tapped(w, phone, "alice-1", "phone-alice-1", ""); return err },
			want:  6,
		},
		"register: WeChat + 2": {
			given: func(w *world) {
				setPolicy(w, appID, login.Policy{Register: []login.Registration{login.RegisterAsk}})
				w.must(w.register("somebody-1"))
			},
			do:   func(w *world) error { _, err := w.register("alice-1"); return err },
			want: 3,
		},
		"a launch that makes a user: WeChat + 3": {
			given: func(w *world) { setPolicy(w, appID, launchPolicy); w.must(w.CheckCode("somebody-1")) },
			do:    func(w *world) error { _, err := w.CheckCode("alice-1"); return err },
			want:  4,
		},
		"a first launch that is linked: WeChat + 2": {
			given: func(w *world) { linking(w); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { return linked(w, "alice-2") },
			want:  3,
		},
		"a login whose unionid is new to its user: one more, once": {
			given: func(w *world) { w.Bound("alice-1", "alice"); linking(w) },
			do:    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want:  4,
		},
		"checkBind, bound, where mini-programs link: WeChat + 2": {
			given: func(w *world) { linking(w); w.Bound("alice-1", "alice"); w.must(w.CheckCode("alice-2")) },
			do:    func(w *world) error { _, err := w.CheckCode("alice-3"); return err },
			want:  3,
		},
		"checkBind, bound, where mini-programs register: WeChat + 2": {
			given: func(w *world) { setPolicy(w, appID, launchPolicy); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want:  3,
		},
		"a push that ends a binding: 3": {
			given: func(w *world) { setPush(w, pushSettings); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.Push(w.Context(), appID, w.pushed(appID, closes)); return err },
			want:  3,
		},
		"a push that removes data: 2": {
			given: func(w *world) { setPush(w, pushSettings); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { _, err := w.Push(w.Context(), appID, w.pushed(appID, revokes("8"))); return err },
			want:  2,
		},
		"a push about nobody: 1": {
			given: func(w *world) { setPush(w, pushSettings) },
			do:    func(w *world) error { _, err := w.Push(w.Context(), appID, w.pushed(appID, closes)); return err },
			want:  1,
		},
		"decrypt: 1": {
			given: func(w *world) { w.keyed(); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { return w.decrypted("alice-1", "") },
			want:  1,
		},
		"decrypt with a fresh code: WeChat + 1": {
			given: func(w *world) { w.keyed(); w.Bound("alice-1", "alice") },
			do:    func(w *world) error { return w.decrypted("alice-2", "alice-2") },
			want:  2,
		},
		"decrypt that asks whether the session_key is good: WeChat + 1": {
			given: func(w *world) {
				registering(w, openPolicy) // so that there is an access_token
				w.keyed()
				c := w.Config
				c.CheckSession = true
				w.Service = login.New(c)
				w.Bound("alice-1", "alice")
				w.must(nil, w.decrypted("alice-1", ""))
			},
			do:   func(w *world) error { return w.decrypted("alice-1", "") },
			want: 2,
		},
		"decrypt of what does not open: one more": {
			given: func(w *world) { w.keyed(); w.Bound("alice-1", "alice") },
			do: func(w *world) error {
				if err := w.decrypted("alice-9", ""); !errors.Is(err, login.SessionKeyStale) {
					return errors.New("it opened")
				}
				return nil
			},
			want: 2,
		},
		"a repeated checkBind: one more": {
			given: func(w *world) { w.Bound("alice-1", "alice"); w.must(w.CheckCode("alice-2")) },
			do:    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
			want:  4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				c.given(w)
				w.DB.Do(func(string) error { time.Sleep(trip); return nil })
				w.WeChatDouble.Before = func(string) error { time.Sleep(trip); return nil }
				w.WeChatDouble.BeforePhone = func(string) error { time.Sleep(trip); return nil }
				w.WeChatDouble.BeforeToken = func() error { time.Sleep(trip); return nil }
				w.WeChatDouble.BeforeCheck = func(string, login.Hidden) error { time.Sleep(trip); return nil }
				w.WeChatDouble.SlowRefusal = trip
				begin := time.Now()
				if err := c.do(w); err != nil {
					t.Fatal(err)
				}
				if got := int(time.Since(begin) / trip); got != c.want {
					t.Errorf("%d sequential round trips, want %d: %v", got, c.want, w.DB.Calls)
				}
			})
		})
	}
}

// registering gives the mini-program a policy by which somebody has registered with a phone number. So the process has an
// access_token, and this hour's registrations are counted.
func registering(w *world, p login.Policy) {
	w.Helper()
	setPolicy(w, appID, p)
	w.mustTap("somebody-1", "phone-somebody-1")
}

// linking makes the mini-programs know their users by the unionid.
func linking(w *world) {
	p := login.Policy{LinkUnionID: true}
	setPolicy(w, appID, p)
	setPolicy(w, "wxtwo", p)
}

// linked is a launch of the other mini-program, which must link.
func linked(w *world, code string) error {
	w.Helper()
	checked, err := w.Check(w.Context(), otherApp, code)
	if err == nil && (checked.Login == nil || !checked.Login.Linked) {
		w.Error("it is not linked")
	}
	return err
}

// A record costs money to read. Only a request whose code is used needs one.
func TestGoodLoginReadsNoRecord(t *testing.T) {
	for name, do := range map[string]func(w *world) error{
		"checkBind":    func(w *world) error { _, err := w.CheckCode("alice-2"); return err },
		"bind":         func(w *world) error { _, err := w.BindUser("alice-2", "alice", password); return err },
		"code2session": func(w *world) error { _, err := w.Code2Session(w.Context(), phone, "alice-2"); return err },
		"export":       func(w *world) error { return guarded["export"](w, w.Visit(w.Token("alice-2")), "alice-3") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			w.DB.Forget()
			if err := do(w); err != nil {
				t.Fatal(err)
			}
			if w.DB.Called("LoadRecord") {
				t.Errorf("a record is read: %v", w.DB.Calls)
			}
		})
	}
}

func (w *world) boundWithRole(code, username string) {
	w.Helper()
	if err := w.DB.PutRole(w.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "1", Name: "Home"}}}); err != nil {
		w.Fatal(err)
	}
	u := login.User{
		ID: "u-" + username, Username: username, Roles: []string{"clerk"},
		CreatedAt: w.Clock(), Apps: map[string]login.UserApp{},
	}
	if err := w.DB.AddUser(w.Context(), u, login.NewPassword("plain:"+password)); err != nil {
		w.Fatal(err)
	}
	if _, err := w.BindUser(code, username, password); err != nil {
		w.Fatal(err)
	}
}

func (w *world) must(_ any, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}
