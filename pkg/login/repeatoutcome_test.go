package login_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestRepeatedBindGetsTheSameSession(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	bind := func() login.Hidden {
		opened, err := w.BindUser("alice-1", "alice", password)
		if err != nil {
			t.Fatal(err)
		}
		return opened.Token
	}
	first := bind()
	for range 2 {
		if bind() != first {
			t.Error("the token is another one")
		}
	}
	if got := len(w.sessions(u.ID)); got != 1 {
		t.Errorf("%d sessions, want 1", got)
	}
	if why := w.Dead(first); why != "" {
		t.Errorf("the session is dead: %s", why)
	}
}

// A repeat is told what is so now. It brings back nothing that has ended in between, and makes nothing new.
func TestRepeatIsJudgedAnew(t *testing.T) {
	logout := func(all bool) func(*world, login.Hidden) error {
		return func(w *world, token login.Hidden) error { return w.Logout(w.Context(), w.Visit(token), all) }
	}
	between := map[string]struct {
		do func(w *world, token login.Hidden) error
		// checkBind and bind are what each answers; nil is "not bound".
		checkBind, bind error
	}{
		"the session is logged out": {logout(false), login.SessionRevoked, login.SessionRevoked},
		"all sessions are":          {logout(true), login.SessionRevoked, login.SessionRevoked},
		"the user is disabled": {
			func(w *world, _ login.Hidden) error { return w.Admin().Disable(w.Context(), "alice") }, login.UserDisabled, login.UserDisabled,
		},
		"the user is disabled and enabled": {func(w *world, _ login.Hidden) error {
			return errors.Join(w.Admin().Disable(w.Context(), "alice"), w.Admin().Enable(w.Context(), "alice"))
		}, login.SessionRevoked, login.SessionRevoked},
		"the identity is unbound": {func(w *world, _ login.Hidden) error {
			_, err := w.Admin().RemoveBindings(w.Context(), "alice", appID)
			return err
		}, nil, login.BindingRemoved},
		"another login replaces the session": {func(w *world, token login.Hidden) error {
			t, err := login.ParseToken(string(token))
			return errors.Join(err, w.DB.EndSession(w.Context(), t.UserID, t.Hash(), login.SessionReplaced))
		}, login.SessionReplaced, login.SessionReplaced},
		"the user is deleted": {
			func(w *world, _ login.Hidden) error { return w.Admin().Delete(w.Context(), "alice") }, nil, login.InvalidCredentials,
		},
	}
	routes := map[string]struct {
		given func(w *world) // before the first request
		do    func(w *world) (*login.Login, error)
	}{
		"checkBind": {
			func(w *world) { w.Bound("alice-1", "alice") },
			func(w *world) (*login.Login, error) {
				checked, err := w.CheckCode("alice-2")
				return checked.Login, err
			},
		},
		"bind": {
			func(w *world) { w.AddUser("alice") },
			func(w *world) (*login.Login, error) { return w.BindUser("alice-2", "alice", password) },
		},
		"bind of a bound identity": {
			func(w *world) { w.Bound("alice-1", "alice") },
			func(w *world) (*login.Login, error) { return w.BindUser("alice-2", "alice", password) },
		},
	}
	for name, c := range between {
		for route, r := range routes {
			t.Run(name+", "+route, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					r.given(w)
					w.Pass(time.Second)
					first, err := r.do(w)
					if err != nil {
						t.Fatal(err)
					}
					w.Pass(time.Second)
					if err := c.do(w, first.Token); err != nil {
						t.Fatal(err)
					}
					w.Pass(time.Second)
					before := len(w.sessions("u-alice"))
					want := c.bind
					if route == "checkBind" {
						want = c.checkBind
					}
					again, err := r.do(w)
					if again != nil || !errors.Is(err, want) {
						t.Errorf("got %v, %v, want %v", again, err, want)
					}
					sessions := w.sessions("u-alice")
					if len(sessions) != before {
						t.Errorf("%d sessions, want %d", len(sessions), before)
					}
					user, _ := w.DB.UserByID(t.Context(), "u-alice") // none, if deleted
					for _, s := range sessions {
						if s.TokenHash == tokenHash(t, first.Token) && s.Dead(user, w.Clock()) == "" {
							t.Error("the session lives again")
						}
					}
					if name == "the identity is unbound" && len(user.Apps) != 0 {
						t.Error("the identity is bound again")
					}
				})
			})
		}
	}
}

func tokenHash(t *testing.T, token login.Hidden) string {
	t.Helper()
	parsed, err := login.ParseToken(string(token))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Hash()
}

// An identity that was not bound may be by now.
func TestRepeatFindsANewBinding(t *testing.T) {
	w := newWorld(t)
	w.must(w.CheckCode("alice-1"))
	w.Bound("alice-2", "alice")
	if checked := w.Checked("alice-1"); checked.Login == nil {
		t.Error("there is no login")
	}
}

// One request is one attempt at a password, however often it is sent.
func TestRepeatUsesUpNoMeter(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	wrong := func(code string) {
		t.Helper()
		for range 3 {
			if _, err := w.BindUser(code, "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
				t.Fatalf("%s: %v", code, err)
			}
			w.Pass(3 * time.Second)
		}
		if _, err := w.BindUser(code, "alice", "wrong"); !errors.Is(err, login.WXCodeUsed) {
			t.Fatalf("%s the fourth time: %v", code, err)
		}
	}
	for _, code := range []string{"alice-1", "alice-2", "alice-3", "alice-4"} {
		wrong(code)
	}
	// Five wrong passwords are free. The wait after the fifth is not for its repeats.
	wrong("alice-5")
	if _, err := w.BindUser("alice-6", "alice", "wrong"); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("the sixth: %v", err)
	}
	// A wrong attempt stays counted even if its repeat is right by now. The wait runs from the first request.
	w.Pass(time.Minute - 9*time.Second)
	if _, err := w.BindUser("alice-7", "alice", "changed it"); !errors.Is(err, login.InvalidCredentials) {
		t.Fatal(err)
	}
	if err := w.Admin().SetPassword(t.Context(), "alice", "changed it"); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Second)
	if _, err := w.BindUser("alice-7", "alice", "changed it"); errors.Is(err, login.InvalidCredentials) {
		t.Errorf("the repeat of one that was wrong: %v", err)
	}
	if _, err := w.BindUser("alice-8", "alice", "wrong"); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("the next: %v", err)
	}
}

// One repeat too many does nothing, even if it is under way with the others.
func TestRepeatTooManyUnbindsNothing(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	unbind := func() error { return guarded["unbind by force"](w, v, "alice-3") }
	down := func(op string) error {
		if op == "Unbind" {
			return login.Unavailable(errors.New("down"))
		}
		return nil
	}
	w.DB.Do(down)
	if err := unbind(); !errors.Is(err, login.StoreUnavailable) {
		t.Fatal(err)
	}
	overtaken := false
	w.DB.Do(func(op string) error {
		if op == "SwapRecord" && !overtaken {
			overtaken = true
			for range 2 {
				if err := unbind(); !errors.Is(err, login.StoreUnavailable) {
					t.Error(err)
				}
			}
			w.DB.Forget()
		}
		return down(op)
	})
	if err := unbind(); !errors.Is(err, login.ReauthRequired) {
		t.Errorf("got %v", err)
	}
	if w.DB.Called("Unbind") {
		t.Errorf("it unbinds: %v", w.DB.Calls)
	}
}

// Routes that need a fresh code of a visitor are repeated under the same rules.
func TestRepeatOfAVisitorsRequest(t *testing.T) {
	for what, do := range guarded {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Bound("alice-1", "alice")
				v := w.Visit(w.Token("alice-2"))
				down := true
				w.DB.Do(func(op string) error { // all that these routes do, except the record
					if down && (op == "TouchBinding" || op == "Unbind" || op == "SessionsOfUser" || op == "UserWithPassword") {
						return login.Unavailable(errors.New("down"))
					}
					return nil
				})
				for range 3 {
					if err := do(w, v, "alice-3"); !errors.Is(err, login.StoreUnavailable) {
						t.Fatal(err)
					}
				}
				down = false
				w.DB.Forget()
				if err := do(w, v, "alice-3"); !errors.Is(err, login.ReauthRequired) {
					t.Errorf("the fourth: %v", err)
				}
				for _, op := range []string{"TouchBinding", "Unbind", "SessionsOfUser", "UserWithPassword"} {
					if w.DB.Called(op) {
						t.Errorf("the fourth calls %s", op)
					}
				}
			})
		})
	}
}
