package login_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// The first fails after its repeat has been wrong, or the repeat while the first is under way: neither gives
// back what the other one needs.
func TestAttemptIsGivenBackByNobodyElse(t *testing.T) {
	for name, firstFails := range map[string]bool{"the first fails": true, "the repeat fails": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			fails := func(s *login.Service) {
				if _, err := binding("wrong")(t.Context(), s); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v", err)
				}
			}
			wrong := func(s *login.Service) {
				if _, err := binding("wrong")(t.Context(), s); !errors.Is(err, login.InvalidCredentials) {
					t.Errorf("got %v", err)
				}
			}
			failing := w.process()
			failing.Store = noPasswords{w.DB}
			repeated := false
			w.DB.Do(func(op string) error {
				if op != "HashKinds" || repeated { // which comes after the attempt is reserved
					return nil
				}
				repeated = true
				if firstFails {
					wrong(w.process())
					return nil
				}
				fails(failing)
				// Four more at the same time fill the identity's five, and this one is the sixth.
				for _, code := range []string{"alice-3", "alice-4", "alice-5", "alice-6"} {
					if _, err := w.BindUser(code, "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
						t.Error(err)
					}
				}
				if _, err := w.BindUser("alice-7", "alice", "wrong"); !errors.Is(err, login.TooManyAttempts) {
					t.Errorf("beside the first: %v", err)
				}
				return nil
			})
			if !firstFails {
				wrong(w.process())
				return
			}
			fails(failing)
			for _, code := range []string{"alice-3", "alice-4", "alice-5", "alice-6"} {
				if _, err := w.BindUser(code, "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
					t.Error(err)
				}
			}
			if _, err := w.BindUser("alice-7", "alice", "wrong"); !errors.Is(err, login.TooManyAttempts) {
				t.Errorf("after five: %v", err)
			}
		})
	}
}

// A login that fails forgets its session. It must not if the same request has succeeded elsewhere, with the
// same token.
func TestFailingFirstLeavesTheRepeatItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Bound("alice-1", "alice")
		w.Pass(time.Second)
		var token login.Hidden
		first := w.process()
		first.Store = answerLost{w.DB, func() {
			var err error
			if token, err = checking(t.Context(), w.process()); err != nil {
				t.Errorf("the repeat: %v", err)
			}
		}}
		if _, err := checking(t.Context(), first); !errors.Is(err, login.StoreUnavailable) {
			t.Fatalf("the first: %v", err)
		}
		if why := w.Dead(token); why != "" {
			t.Errorf("the repeat's session is dead: %s", why)
		}
	})
}

// noPasswords cannot read passwords.
type noPasswords struct{ login.Store }

func (noPasswords) UserWithPassword(context.Context, string) (login.User, login.Password, error) {
	return login.User{}, login.Password{}, login.Unavailable(errors.New("down"))
}

// answerLost loses the answer to what a login writes, after something has happened.
type answerLost struct {
	login.Store
	meanwhile func()
}

func (a answerLost) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	if _, err := a.Store.Enter(ctx, o); err != nil {
		return login.Opened{}, err
	}
	a.meanwhile()
	return login.Opened{}, login.Unavailable(errors.New("lost"))
}

// If nobody has repeated it, nothing is left behind, and the repeat gets a session of its own.
func TestFailedLoginLeavesNoSession(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	w.Pass(time.Second)
	before := len(w.sessions(u.ID))
	for range 2 {
		failing := w.process()
		failing.Store = answerLost{w.DB, func() {}}
		if _, err := checking(t.Context(), failing); !errors.Is(err, login.StoreUnavailable) {
			t.Fatal(err)
		}
		if got := len(w.sessions(u.ID)); got != before {
			t.Errorf("%d sessions, want %d", got, before)
		}
	}
	if why := w.Dead(w.Token("alice-2")); why != "" {
		t.Errorf("the repeat's session is dead: %s", why)
	}
}
