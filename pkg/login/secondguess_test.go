package login_test

import (
	"errors"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// The new password opens nothing for a WeChat that is not bound to the user, and every such try is a guess.
func TestNewPasswordIsNoSecondGuess(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	for n := range 5 {
		if _, err := w.bindAnew("mallory-1"+string(rune('0'+n)), "wrong", password); !errors.Is(err, login.InvalidCredentials) {
			t.Errorf("guess %d: %v", n, err)
		}
	}
	if _, err := w.bindAnew("mallory-20", "wrong", password); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("the sixth: %v", err)
	}
	if w.Plain.Checks != 6 { // the bind of alice's among them
		t.Errorf("%d passwords were hashed", w.Plain.Checks)
	}
}

// Somebody who is bound, such as whoever holds the phone, has newPassword looked at beside the password. That must not make
// guessing twice as fast: it ends with the identity's free attempts.
func TestNewPasswordIsNoSecondGuessForSomebodyWhoIsBound(t *testing.T) {
	for name, try := range map[string]func(w *world, code string, replacement login.Hidden) error{
		"bind": func(w *world, code string, replacement login.Hidden) error {
			_, err := w.bindAnew(code, "wrong", replacement)
			return err
		},
		"change": func(w *world, code string, replacement login.Hidden) error {
			return w.change(w.Visit(w.Token("alice-0"+code)), code, "wrong", replacement)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			hashed := w.Plain.Checks
			for n := range 5 {
				if err := try(w, "alice-1"+string(rune('0'+n)), newPassword); !errors.Is(err, login.InvalidCredentials) {
					t.Fatalf("guess %d: %v", n, err)
				}
			}
			if got := w.Plain.Checks - hashed; got != 10 {
				t.Errorf("five free attempts hashed %d passwords", got)
			}
			w.Pass(time.Minute)
			if err := try(w, "alice-20", password); !errors.Is(err, login.InvalidCredentials) {
				t.Errorf("the sixth: %v", err)
			}
			if got := w.Plain.Checks - hashed; got != 11 {
				t.Errorf("six attempts hashed %d passwords", got)
			}
		})
	}
}

// The work for a wrong password does not show whether the right one is temporary.
func TestWrongPasswordDoesNotShowATemporaryOne(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	work := func(code string, replacement login.Hidden) int {
		before := w.Plain.Checks
		if _, err := w.bindAnew(code, "wrong", replacement); !errors.Is(err, login.InvalidCredentials) {
			t.Errorf("%s: %v", code, err)
		}
		return w.Plain.Checks - before
	}
	permanent := work("alice-2", newPassword)
	w.makeTemporary()
	if got := work("alice-3", newPassword); got != permanent {
		t.Errorf("%d passwords were hashed, %d for a permanent one", got, permanent)
	}
	work("alice-4", temporary) // a guess as well
	w.guesses("alice", 2)
}

// A request that is repeated while it is under way is no guess, also of somebody who has guessed before.
func TestRepeatDuringAChangeIsNoGuess(t *testing.T) {
	for name, c := range map[string]struct {
		op  string
		try func(w *world) error
	}{
		"bind": {"OpenWithPassword", func(w *world) error {
			_, err := w.bindAnew("alice-30", temporary, newPassword)
			return err
		}},
		"change": {"ChangePassword", func(w *world) error {
			return w.change(w.Visit(w.Token("alice-2")), "alice-30", temporary, newPassword)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			w.makeTemporary()
			w.guesses("alice", 5)
			w.Pass(time.Minute)
			var repeat error
			w.DB.Do(func(op string) error {
				if op == c.op {
					w.DB.Do(nil)
					repeat = c.try(w)
				}
				return nil
			})
			if err := c.try(w); err != nil || repeat != nil {
				t.Errorf("got %v, and the repeat %v", err, repeat)
			}
		})
	}
}
