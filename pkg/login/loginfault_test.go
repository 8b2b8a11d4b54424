package login_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// A wrong password costs the work of every kind of hash that there is. While nobody knows
// which there are no password is looked at, or the time would tell whose hash is imported.
func TestNoPasswordIsLookedAtWhileTheKindsOfHashesAreUnknown(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.DB.Do(logintest.Failing("HashKinds"))
	for _, p := range []string{"wrong", password} {
		if _, err := w.BindUser("alice-1"+p[:1], "alice", p); !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("%s: %v", p, err)
		}
	}
	if w.Plain.Checks != 0 {
		t.Errorf("%d passwords were looked at", w.Plain.Checks)
	}
	w.DB.Do(nil)
	if _, err := w.BindUser("alice-2", "alice", password); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// A disabled user gets no further than the right password: nothing is bound or rehashed.
func TestDisabledUserIsHeldOffBeforeTheStoreIsAsked(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	if err := w.DB.DisableUser(t.Context(), u.ID, login.NewID()); err != nil {
		t.Fatal(err)
	}
	w.Plain.Outdated = true
	w.Pass(time.Second)
	w.DB.Forget()
	if _, err := w.BindUser("alice-1", "alice", password); !errors.Is(err, login.UserDisabled) {
		t.Errorf("got %v", err)
	}
	for _, op := range []string{"Bind", "RenewHash"} {
		if w.DB.Called(op) {
			t.Errorf("the store was asked to %s", op)
		}
	}
}

func TestMenusThatCannotBeReadAreNotEmpty(t *testing.T) {
	w := newWorld(t)
	w.boundWithRole("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	w.Pass(2 * time.Minute) // beyond the cache
	w.DB.Do(logintest.Failing("MenusByRole"))
	if menus, err := w.Menus(t.Context(), v); !errors.Is(err, login.StoreUnavailable) || menus != nil {
		t.Errorf("got %v, %v", menus, err)
	}
	if checked, err := w.CheckCode("alice-3"); !errors.Is(err, login.StoreUnavailable) || checked.Login != nil {
		t.Errorf("a login got %+v, %v", checked, err)
	}
}

// What cannot be the id of a session costs no call to the store.
func TestSessionIDsAreLookedAtBeforeTheStoreIsAsked(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	w.DB.Forget()
	for name, c := range map[string]struct {
		id    string
		asked bool
	}{
		"43 characters": {strings.Repeat("a", 43), true},
		"44 characters": {strings.Repeat("a", 44), false},
		"a separator":   {"a#b", false},
		"nothing":       {"", false},
	} {
		if err := w.RevokeSession(t.Context(), v, c.id); !errors.Is(err, login.NoSuchSession) {
			t.Errorf("%s: %v", name, err)
		}
		if w.DB.Called("EndSession") != c.asked {
			t.Errorf("%s: the store was asked: %v", name, !c.asked)
		}
		w.DB.Forget()
	}
}

func TestLogoutThatFailsIsNoSuccess(t *testing.T) {
	for op, all := range map[string]bool{"EndSession": false, "LogoutUser": true} {
		t.Run(op, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			token := w.Token("alice-2")
			v := w.Visit(token)
			w.DB.Do(logintest.Failing(op))
			got := logintest.Events(t, func(ctx context.Context) {
				if err := w.Logout(ctx, v, all); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v", err)
				}
			})
			if len(got) != 0 {
				t.Errorf("noted %v", got)
			}
			w.Visit(token)
		})
	}
}

// without is WeChat as it was before the mini-program joined an Open Platform account.
type without struct{ login.WeChat }

func (w without) Code2Session(ctx context.Context, app login.App, code string) (login.WeChatSession, error) {
	s, err := w.WeChat.Code2Session(ctx, app, code)
	s.UnionID = ""
	return s, err
}

// A binding says since when it stands, and what the last login knew: when it was, the
// unionid, and WeChat's session_key.
func TestBindingSaysSinceWhenAndWhatTheLastLoginKnew(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	begun := w.Clock()
	w.WeChatDouble.Before = func(string) error { w.Pass(time.Second); return nil } // WeChat takes a second
	w.WeChat = without{w.WeChatDouble}
	stored := func(last time.Duration, unionID, key string) {
		t.Helper()
		b, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice")
		if err != nil {
			t.Fatal(err)
		}
		plain, err := w.Vault.Held.Open(b.SealedKey, "session_key", appID, "o-alice")
		if err != nil || string(plain) != key {
			t.Errorf("the session_key is %q, %v; want %q", plain, err, key)
		}
		if !b.BoundAt.Equal(begun) || !b.LastLoginAt.Equal(begun.Add(last)) || b.UnionID != unionID || b.UserID != u.ID || b.ID == "" {
			t.Errorf("got %+v; want one bound at %v, last used %v later, with the unionid %q", b, begun, last, unionID)
		}
	}
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Fatal(err)
	}
	stored(time.Second, "", "key of alice-1")
	w.WeChat = w.WeChatDouble
	w.Checked("alice-2")
	stored(2*time.Second, "union-alice", "key of alice-2")
	w.WeChat = without{w.WeChatDouble} // an answer without it takes nothing away
	w.Checked("alice-3")
	stored(3*time.Second, "union-alice", "key of alice-3")
}

// A repeat leaves what the first request would have left, if that one failed.
func TestRepeatKnowsTheSessionKeyOfTheFirst(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Pass(time.Minute)
	w.DB.Do(logintest.Failing("Enter"))
	if _, err := w.CheckCode("alice-2"); !errors.Is(err, login.StoreUnavailable) {
		t.Fatal(err)
	}
	w.DB.Do(nil)
	at := w.Clock()
	w.Pass(time.Second)
	w.Checked("alice-2")
	b, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice")
	if err != nil || b.UnionID != "union-alice" || !b.LastLoginAt.Equal(at) {
		t.Errorf("got %+v, %v", b, err)
	}
	if plain, err := w.Vault.Held.Open(b.SealedKey, "session_key", appID, "o-alice"); err != nil || string(plain) != "key of alice-2" {
		t.Errorf("the session_key is %q, %v", plain, err)
	}
}

// refetchless cannot get a newer secret.
type refetchless struct{ login.Secrets }

func (refetchless) Refetch(context.Context) (*login.Secret, error) {
	return nil, login.Because(login.SecretUnavailable, errors.New("down"))
}

// Whether a code is a repeat cannot be told: that is no word about the code.
func TestRepeatThatCannotBeRecalledDoesNotBlameTheCode(t *testing.T) {
	for name, c := range map[string]struct {
		code   string
		breaks func(w *world)
		want   login.Code
	}{
		"the store is down": {"alice-2", func(w *world) { w.DB.Do(logintest.Failing("LoadRecord")) }, login.StoreUnavailable},
		"the newer secret cannot be had": {"alice-3", func(w *world) {
			w.Vault.Held = logintest.SecretWith("2", "1") // another process has it
			w.Checked("alice-3")
			w.Vault.Held, w.Secrets = logintest.SecretWith("1"), refetchless{w.Vault}
		}, login.SecretUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Bound("alice-1", "alice")
				w.Checked("alice-2")
				c.breaks(w)
				if checked, err := w.CheckCode(c.code); !errors.Is(err, c.want) || checked.Login != nil {
					t.Errorf("got %+v, %v; want %v", checked, err, c.want)
				}
			})
		})
	}
}

func TestErrorTellsTheOperatorTheCauseAndTheClientWhenToTryAgain(t *testing.T) {
	cause := errors.New("the disk is full")
	for name, c := range map[string]struct {
		err   error
		text  string
		is    []error
		retry time.Duration
		code  login.Code
	}{
		"a store": {login.Unavailable(cause), "store_unavailable: the disk is full", []error{login.StoreUnavailable, cause}, time.Second, login.StoreUnavailable},
		"with a cause": {
			login.Because(login.WXBusy, cause), "wx_busy: the disk is full", []error{login.WXBusy, cause}, time.Second, login.WXBusy,
		},
		"without one": {&login.Error{Code: login.WXBusy, RetryAfter: time.Minute}, "wx_busy", []error{login.WXBusy}, time.Minute, login.WXBusy},
		"a code":      {login.WXBusy, "wx_busy", []error{login.WXBusy}, time.Second, login.WXBusy},
		"neither":     {cause, "the disk is full", []error{cause}, 0, login.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			told := login.AsError(c.err)
			if c.err.Error() != c.text || told.RetryAfter != c.retry || told.Code != c.code {
				t.Errorf("got %q, %+v", c.err, told)
			}
			for _, want := range c.is {
				if !errors.Is(c.err, want) || !errors.Is(told, want) {
					t.Errorf("it is not %v", want)
				}
			}
			if (told.Cause != nil) != slices.Contains(c.is, cause) {
				t.Errorf("the cause is %v", told.Cause)
			}
		})
	}
}
