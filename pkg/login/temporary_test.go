package login_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

const temporary = "for the first day"

// withTemporary adds alice, whose password is temporary.
func withTemporary(t *testing.T) *world {
	w := newWorld(t)
	w.AddUser("alice")
	w.makeTemporary()
	return w
}

func (w *world) makeTemporary() {
	w.Helper()
	if err := w.Admin().SetTemporaryPassword(w.Context(), "alice", temporary, 24*time.Hour); err != nil {
		w.Fatal(err)
	}
}

// bindAnew binds with a temporary password and another one.
func (w *world) bindAnew(code string, old, replacement login.Hidden) (*login.Login, error) {
	return w.Bind(w.Context(), phone, login.BindRequest{Code: code, Username: "alice", Password: old, NewPassword: replacement})
}

func TestTemporaryPassword(t *testing.T) {
	for name, c := range map[string]struct {
		old, replacement login.Hidden
		after            time.Duration
		want             login.Code
		// asked is how often WeChat is asked.
		asked int
	}{
		"alone":                       {temporary, "", 0, login.PasswordChangeRequired, 1},
		"alone, too late":             {temporary, "", 24 * time.Hour, login.PasswordExpired, 1},
		"with a new one":              {temporary, newPassword, 24*time.Hour - time.Millisecond, "", 1},
		"with a new one, too late":    {temporary, newPassword, 24 * time.Hour, login.PasswordExpired, 1},
		"wrong":                       {"wrong", "", 0, login.InvalidCredentials, 1},
		"wrong, with a new one":       {"wrong", newPassword, 0, login.InvalidCredentials, 1},
		"wrong, too late":             {"wrong", "", 24 * time.Hour, login.InvalidCredentials, 1},
		"the permanent one of before": {password, newPassword, 0, login.InvalidCredentials, 1},
		"with a weak one":             {temporary, "12345678", 0, login.PasswordTooWeak, 0},
		"wrong, with a weak one":      {"wrong", "12345678", 0, login.PasswordTooWeak, 0},
		"with the username":           {temporary, "alice-2026", 0, login.PasswordTooWeak, 0},
		"with itself":                 {temporary, temporary, 0, login.PasswordTooWeak, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := withTemporary(t)
			w.Pass(c.after)
			opened, err := w.bindAnew("alice-1", c.old, c.replacement)
			if got := w.WeChatDouble.Calls; got != c.asked {
				t.Errorf("WeChat was asked %d times, want %d", got, c.asked)
			}
			bound := w.Checked("alice-2").Login != nil
			if c.want != "" {
				if !errors.Is(err, c.want) || bound {
					t.Errorf("got %v, bound: %v; want %v", err, bound, c.want)
				}
				return
			}
			if err != nil || !bound || w.Dead(opened.Token) != "" {
				t.Fatalf("got %v, bound: %v", err, bound)
			}
			if _, err := w.BindUser("alice-3", "alice", temporary); !errors.Is(err, login.InvalidCredentials) {
				t.Errorf("the temporary password: %v", err)
			}
			w.Pass(24 * time.Hour)
			if _, err := w.BindUser("alice-4", "alice", newPassword); err != nil {
				t.Errorf("the new password, alone: %v", err)
			}
		})
	}
}

// Only whoever knows a temporary password learns that it is one, and only a right one is no guess.
func TestTemporaryPasswordIsNoGuess(t *testing.T) {
	w := withTemporary(t)
	for n := range 9 {
		if _, err := w.bindAnew("alice-1"+string(rune('0'+n)), temporary, ""); !errors.Is(err, login.PasswordChangeRequired) {
			t.Fatalf("bind %d: %v", n, err)
		}
	}
	w.guesses("alice", 5)
}

func TestNewPasswordIsOnlyForATemporaryOne(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	if _, err := w.bindAnew("alice-1", password, newPassword); !errors.Is(err, login.PasswordNotTemporary) {
		t.Errorf("got %v", err)
	}
	if _, err := w.bindAnew("alice-2", "wrong", newPassword); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("a wrong one: %v", err)
	}
	if _, err := w.BindUser("alice-3", "alice", password); err != nil {
		t.Errorf("the password is another one: %v", err)
	}
}

func TestDirectoryKeepsItsPasswords(t *testing.T) {
	w := newDirectoryWorld(t)
	if _, err := w.bindAnew("alice-1", password, newPassword); !errors.Is(err, login.PasswordNotHere) || w.WeChatDouble.Calls != 0 {
		t.Errorf("got %v, and WeChat was asked %d times", err, w.WeChatDouble.Calls)
	}
}

// Whoever is bound already keeps the binding, and their sessions of before stay dead.
func TestTemporaryPasswordOfSomebodyWhoIsBound(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	before := w.Token("alice-2")
	binding, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice")
	if err != nil {
		t.Fatal(err)
	}
	w.makeTemporary()
	w.Refused(before, login.SessionRevoked)
	var opened *login.Login
	got := logintest.Events(t, func(ctx context.Context) {
		opened, err = w.Bind(ctx, phone, login.BindRequest{Code: "alice-3", Username: "alice", Password: temporary, NewPassword: newPassword})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Visit(opened.Token)
	w.Refused(before, login.SessionRevoked)
	if !slices.Equal(got, []login.Event{login.EventLogin, login.EventPasswordChange}) {
		t.Errorf("noted %v", got)
	}
	after, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice")
	if err != nil || after.ID != binding.ID || after.BoundAt != binding.BoundAt || after.SealedKey == binding.SealedKey {
		t.Errorf("the binding is %+v, %v", after, err)
	}
}

// Their WeChat logs them in without a password, so they can replace it where they are.
func TestTemporaryPasswordIsReplacedInASession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.makeTemporary()
	w.Pass(48 * time.Hour)
	here := w.Token("alice-2")
	if err := w.change(w.Visit(here), "alice-3", temporary, newPassword); err != nil {
		t.Fatal(err)
	}
	w.Visit(here)
	if _, err := w.BindUser("alice-4", "alice", newPassword); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestBindAnewWhoseAnswerIsLostIsSentAgain(t *testing.T) {
	for name, bound := range map[string]bool{"bound already": true, "not bound before": false} {
		for codes, code := range map[string]string{"the same code": "alice-3", "a new code": "alice-4"} {
			t.Run(name+", "+codes, func(t *testing.T) {
				w := newWorld(t)
				w.AddUser("alice")
				if bound {
					if _, err := w.BindUser("alice-1", "alice", password); err != nil {
						t.Fatal(err)
					}
				}
				w.makeTemporary()
				w.losingOne()
				if _, err := w.bindAnew("alice-3", temporary, newPassword); !errors.Is(err, login.StoreUnavailable) {
					t.Fatalf("got %v", err)
				}
				opened, err := w.bindAnew(code, temporary, newPassword)
				if err != nil || w.Dead(opened.Token) != "" {
					t.Fatalf("again: %v", err)
				}
				w.guesses("alice", 5)
			})
		}
	}
}

// Of many at the same time that know the temporary password one replaces it and is bound. The same request, sent
// several times, succeeds each time.
func TestBindsAnewAtTheSameTime(t *testing.T) {
	for name, c := range map[string]struct {
		person func(n int) string
		won    int
	}{
		"one person": {func(int) string { return "alice" }, 8},
		"others":     {func(n int) string { return "p" + string(rune('a'+n)) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := withTemporary(t)
			var all sync.WaitGroup
			start, errs := make(chan struct{}), make([]error, 8)
			tokens := make([]login.Hidden, len(errs))
			for n := range errs {
				all.Go(func() {
					<-start
					opened, err := w.bindAnew(c.person(n)+"-1"+string(rune('0'+n)), temporary, newPassword)
					if errs[n] = err; err == nil {
						tokens[n] = opened.Token
					}
				})
			}
			close(start)
			all.Wait()
			won := 0
			for n, err := range errs {
				switch {
				case err == nil:
					won++
					w.Visit(tokens[n])
				case errors.Is(err, login.TooManyAttempts): // too many are under way
					won += c.won / 8
				case !errors.Is(err, login.SessionRevoked) && !errors.Is(err, login.InvalidCredentials):
					t.Errorf("bind %d: %v", n, err)
				}
			}
			if won != c.won {
				t.Errorf("%d won, want %d: %v", won, c.won, errs)
			}
		})
	}
}
