package login_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

const newPassword = "another horse"

// change changes alice's password with a code of hers.
func (w *world) change(v login.Visitor, code string, old, replacement login.Hidden) error {
	return w.ChangePassword(w.Context(), phone, v, login.PasswordRequest{Code: code, Password: old, NewPassword: replacement})
}

func TestChangedPassword(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	here, there := w.Token("alice-2"), w.Token("alice-3")
	got := logintest.Events(t, func(ctx context.Context) {
		err := w.ChangePassword(ctx, phone, w.Visit(here), login.PasswordRequest{Code: "alice-4", Password: password, NewPassword: newPassword})
		if err != nil {
			t.Fatal(err)
		}
	})
	w.Visit(here)
	w.Refused(there, login.SessionRevoked)
	if !slices.Equal(got, []login.Event{login.EventPasswordChange}) {
		t.Errorf("noted %v", got)
	}
	if _, err := w.BindUser("alice-5", "alice", password); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("the old password: %v", err)
	}
	if opened, err := w.BindUser("alice-6", "alice", newPassword); err != nil || w.Dead(opened.Token) != "" {
		t.Errorf("the new password: %v", err)
	}
	if checked := w.Checked("alice-7"); checked.Login == nil {
		t.Error("the binding is gone")
	}
}

func TestPasswordThatIsNotChanged(t *testing.T) {
	for name, c := range map[string]struct {
		code             string
		old, replacement login.Hidden
		want             login.Code
		// asked is how often WeChat is asked, and hashed how many passwords are.
		asked, hashed int
	}{
		"no code":                 {"", password, newPassword, login.ReauthRequired, 0, 0},
		"somebody else's code":    {"bob-9", password, newPassword, login.ReauthRequired, 1, 0},
		"a wrong old one":         {"alice-9", "wrong", newPassword, login.InvalidCredentials, 1, 2},
		"no old one":              {"alice-9", "", newPassword, login.PasswordMissing, 0, 0},
		"no new one":              {"alice-9", password, "", login.PasswordMissing, 0, 0},
		"one that cannot be one":  {"alice-9", password, "another\x00horse", login.PasswordInvalid, 0, 0},
		"a short new one":         {"alice-9", password, "kT9:mw2", login.PasswordTooWeak, 0, 0},
		"a common new one":        {"alice-9", password, "12345678", login.PasswordTooWeak, 0, 0},
		"the username":            {"alice-9", password, "alice2026", login.PasswordTooWeak, 0, 0},
		"the old one":             {"alice-9", password, password, login.PasswordTooWeak, 0, 0},
		"a short one, wrong code": {"bob-9", "wrong", "kT9:mw2", login.PasswordTooWeak, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			asked, hashed := w.WeChatDouble.Calls, w.Plain.Checks
			noted := logintest.Events(t, func(ctx context.Context) {
				err := w.ChangePassword(ctx, phone, v, login.PasswordRequest{Code: c.code, Password: c.old, NewPassword: c.replacement})
				if !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
			want := map[login.Code][]login.Event{
				login.ReauthRequired: {login.EventReauthRequired}, login.InvalidCredentials: {login.EventWrongPassword},
			}[c.want]
			if !slices.Equal(noted, want) {
				t.Errorf("noted %v, want %v", noted, want)
			}
			if got := w.WeChatDouble.Calls - asked; got != c.asked {
				t.Errorf("WeChat was asked %d times, want %d", got, c.asked)
			}
			if got := w.Plain.Checks - hashed; got != c.hashed {
				t.Errorf("%d passwords were hashed, want %d", got, c.hashed)
			}
			if _, err := w.BindUser("alice-10", "alice", password); err != nil {
				t.Errorf("the old password: %v", err)
			}
		})
	}
}

func TestUserWithoutAPasswordCannotChangeIt(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	v.User.PasswordID = ""
	if err := w.change(v, "alice-3", password, newPassword); !errors.Is(err, login.PasswordNotHere) {
		t.Errorf("got %v", err)
	}
}

// A user from before the directory still has a password in the store.
func TestDirectoryKeepsPasswordsThatAreStoredHere(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	c := w.Config
	c.Directory, c.Hasher = &directory{}, nil
	w.Service = login.New(c)
	if err := w.change(v, "alice-3", password, newPassword); !errors.Is(err, login.PasswordNotHere) {
		t.Errorf("got %v", err)
	}
}

// A wrong old password is a guess, like one of a bind: of the same WeChat, address and account.
func TestWrongOldPasswordsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	codes := func(n int) string { return "alice-1" + string(rune('0'+n)) }
	for n := range 5 {
		got := logintest.Events(t, func(ctx context.Context) {
			err := w.ChangePassword(ctx, phone, v, login.PasswordRequest{Code: codes(n), Password: "wrong", NewPassword: newPassword})
			if !errors.Is(err, login.InvalidCredentials) {
				t.Fatalf("guess %d: %v", n, err)
			}
		})
		if !slices.Equal(got, []login.Event{login.EventWrongPassword}) {
			t.Errorf("noted %v", got)
		}
	}
	if err := w.change(v, "alice-20", password, newPassword); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("the right one: %v", err)
	}
	if _, err := w.BindUser("alice-21", "alice", password); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("a bind: %v", err)
	}
	w.Pass(24 * time.Hour)
	if err := w.change(v, "alice-22", password, newPassword); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

// losing is a store that does what it is asked, and whose answer is then lost.
type losing struct {
	*logintest.Store
	left int
}

func (l *losing) lose(err error) error {
	if err == nil && l.left > 0 {
		l.left--
		return login.Unavailable(errors.New("the answer is lost"))
	}
	return err
}

func (l *losing) ChangePassword(ctx context.Context, c login.PasswordChange, tokenHash string) error {
	return l.lose(l.Store.ChangePassword(ctx, c, tokenHash))
}

func (l *losing) BindWithPassword(ctx context.Context, c login.PasswordChange, b login.Binding, s login.Session) error {
	return l.lose(l.Store.BindWithPassword(ctx, c, b, s))
}

func (l *losing) OpenWithPassword(ctx context.Context, c login.PasswordChange, s login.Session) error {
	return l.lose(l.Store.OpenWithPassword(ctx, c, s))
}

// losingOne makes the world's store lose its next answer about a password that is replaced.
func (w *world) losingOne() {
	c := w.Config
	c.Store = &losing{w.DB, 1}
	w.Service = login.New(c)
}

// guesses are how many wrong passwords of an identity are counted: so many fewer than five are left.
func (w *world) guesses(person string, left int) {
	w.Helper()
	for n := range left + 1 {
		_, err := w.BindUser(person+"-9"+string(rune('0'+n)), "alice", "wrong")
		if want := map[bool]login.Code{true: login.InvalidCredentials, false: login.TooManyAttempts}[n < left]; !errors.Is(err, want) {
			w.Errorf("wrong password %d: %v, want %v", n+1, err, want)
		}
	}
}

func TestChangeWhoseAnswerIsLostIsSentAgain(t *testing.T) {
	for name, code := range map[string]string{"with the same code": "alice-4", "with a new one": "alice-5"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			here := w.Token("alice-2")
			w.losingOne()
			if err := w.change(w.Visit(here), "alice-4", password, newPassword); !errors.Is(err, login.StoreUnavailable) {
				t.Fatalf("got %v", err)
			}
			for range 2 {
				if err := w.change(w.Visit(here), code, password, newPassword); err != nil {
					t.Errorf("again: %v", err)
				}
				code += "0"
			}
			w.Visit(here)
			w.guesses("alice", 5)
		})
	}
}

// Whatever ends the session while its password is being changed comes before the change or after it.
func TestSessionEndsDuringTheChange(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, v login.Visitor) error
		want      login.Code
	}{
		"logged out":            {func(w *world, v login.Visitor) error { return w.Logout(w.Context(), v, false) }, login.SessionRevoked},
		"logged out everywhere": {func(w *world, v login.Visitor) error { return w.Logout(w.Context(), v, true) }, login.SessionRevoked},
		"disabled":              {func(w *world, _ login.Visitor) error { return w.Admin().Disable(w.Context(), "alice") }, login.UserDisabled},
		"disabled and enabled": {func(w *world, _ login.Visitor) error {
			a := w.Admin()
			return errors.Join(a.Disable(w.Context(), "alice"), a.Enable(w.Context(), "alice"))
		}, login.SessionRevoked},
		"deleted": {func(w *world, _ login.Visitor) error { return w.Admin().Delete(w.Context(), "alice") }, login.SessionInvalid},
		"given another password": {func(w *world, _ login.Visitor) error {
			return w.Admin().SetPassword(w.Context(), "alice", "the administrator's")
		}, login.SessionRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			w.DB.Do(func(op string) error {
				if op != "ChangePassword" {
					return nil
				}
				w.DB.Do(nil)
				return c.meanwhile(w, v)
			})
			if err := w.change(v, "alice-4", password, newPassword); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := w.BindUser("alice-5", "alice", newPassword); err == nil {
				t.Error("the new password is stored")
			}
		})
	}
}
