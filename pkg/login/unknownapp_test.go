package login_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// A mini-program that the request names and that is not configured is refused before WeChat is asked, or is the
// Referer's or the default one. Either way the log says so.
func TestUnknownMiniProgram(t *testing.T) {
	const noAppID = "no appid"
	for name, c := range map[string]struct {
		caller login.Caller
		// want is the mini-program if one that is unknown is the default.
		want   string
		logged string
	}{
		"another's":                 {login.Caller{AppID: "wxffffffffffffffff"}, appID, "wxffffffffffffffff"},
		"with a Referer":            {login.Caller{AppID: "wxffffffffffffffff", RefererAppID: "wxtwo"}, "wxtwo", "wxffffffffffffffff"},
		"unknown in the Referer":    {login.Caller{AppID: "wxffffffffffffffff", RefererAppID: "wxeeeeeeeeeeeeeeee"}, appID, "wxffffffffffffffff"},
		"in another case":           {login.Caller{AppID: "WXTWO"}, appID, noAppID},
		"the devtools' test appid":  {login.Caller{AppID: "touristappid"}, appID, noAppID},
		"an AppSecret":              {login.Caller{AppID: "0123456789abcdef0123456789abcdef"}, appID, noAppID},
		"an appid and its secret":   {login.Caller{AppID: "wxffffffffffffffff0123456789abcdef0123456789abcdef"}, appID, noAppID},
		"of other letters":          {login.Caller{AppID: "wxfffffffffffffffg"}, appID, noAppID},
		"a placeholder":             {login.Caller{AppID: "YOUR_APPID"}, appID, noAppID},
		"blanks":                    {login.Caller{AppID: " "}, appID, noAppID},
		"longer than any":           {login.Caller{AppID: strings.Repeat("x", 1<<16)}, appID, noAppID},
		"the openid in its place":   {login.Caller{AppID: "oGZUI0egBJY1zhBYw2KhdUfwVJJE"}, appID, noAppID},
		"one letter short":          {login.Caller{AppID: "wxfffffffffffffff"}, appID, noAppID},
		"with a blank at its end":   {login.Caller{AppID: "wxffffffffffffffff "}, appID, noAppID},
		"capital letters, an appid": {login.Caller{AppID: "wxFFFFFFFFFFFFFFFF"}, appID, noAppID},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			trail := w.TrailOf(func(ctx context.Context) {
				if _, err := w.Check(ctx, c.caller, "alice-1"); !errors.Is(err, login.AppIDUnknown) {
					t.Errorf("got %v", err)
				}
			})
			if trail.UnknownAppID != c.logged || trail.AppID != "" || w.WeChatDouble.Calls != 0 {
				t.Errorf("logged %q for the mini-program %q, after %d calls to WeChat", trail.UnknownAppID, trail.AppID, w.WeChatDouble.Calls)
			}
			w.UnknownAppIsDefault = true
			trail = w.TrailOf(func(ctx context.Context) {
				if checked, err := w.Check(ctx, c.caller, "alice-1"); err != nil || checked.AppID != c.want {
					t.Errorf("got %q, %v; want %q", checked.AppID, err, c.want)
				}
			})
			if trail.UnknownAppID != c.logged || trail.AppID != c.want || len(trail.Lapses) != 0 {
				t.Errorf("logged %q for the mini-program %q, and %v", trail.UnknownAppID, trail.AppID, trail.Lapses)
			}
		})
	}
}

// The operator adds a mini-program, and its first launch comes to a process that still has the secret of before.
func TestMiniProgramThatWasJustAdded(t *testing.T) {
	const added = "wxffffffffffffffff"
	w := newWorld(t)
	newer := logintest.SecretWith("1")
	newer.Apps[added] = login.App{ID: added, Secret: "its secret"}
	w.Vault.Newer = newer
	trail := w.TrailOf(func(ctx context.Context) {
		if checked, err := w.Check(ctx, login.Caller{AppID: added}, "alice-1"); err != nil || checked.AppID != added {
			t.Errorf("got %q, %v", checked.AppID, err)
		}
	})
	if trail.UnknownAppID != "" || trail.AppID != added {
		t.Errorf("logged %q as unknown, and the mini-program %q", trail.UnknownAppID, trail.AppID)
	}
}

// The secret is fetched anew only where that may help.
func TestUnknownMiniProgramThatIsNotLookedFor(t *testing.T) {
	for name, c := range map[string]struct {
		caller    login.Caller
		isDefault bool
		want      int
	}{
		"another's":               {login.Caller{AppID: "wxffffffffffffffff"}, false, 1},
		"no appid":                {login.Caller{AppID: "undefined"}, false, 0},
		"one that is known":       {login.Caller{AppID: "wxtwo"}, false, 0},
		"a hint":                  {login.Caller{RefererAppID: "wxffffffffffffffff"}, false, 0},
		"one that is to be taken": {login.Caller{AppID: "wxffffffffffffffff"}, true, 0},
	} {
		w := newWorld(t)
		w.UnknownAppIsDefault = c.isDefault
		_, _ = w.Check(t.Context(), c.caller, "alice-1")
		if w.Vault.Refetches != c.want {
			t.Errorf("%s: fetched %d times, want %d", name, w.Vault.Refetches, c.want)
		}
	}
}

// A client that names one that nobody adds has the secret fetched now and then, and not at each request: others would wait
// for it, and each fetch costs.
func TestUnknownMiniProgramsAreLookedForNowAndThen(t *testing.T) {
	w := newWorld(t)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {3 * time.Second, 1}, {6 * time.Second, 1}, {time.Second, 2}, {9 * time.Second, 2}, {-time.Hour, 3}, {time.Hour, 4}} {
		w.Pass(step.after)
		for _, id := range []string{"wxffffffffffffffff", "wxeeeeeeeeeeeeeeee"} {
			if _, err := w.Check(t.Context(), login.Caller{AppID: id}, "alice-1"); !errors.Is(err, login.AppIDUnknown) {
				t.Errorf("got %v", err)
			}
		}
		if w.Vault.Refetches != step.want {
			t.Errorf("%v later it was fetched %d times, want %d", step.after, w.Vault.Refetches, step.want)
		}
	}
}

// A mini-program that is not named is none that is unknown.
func TestNoUnknownMiniProgram(t *testing.T) {
	for name, caller := range map[string]login.Caller{
		"named": {AppID: "wxtwo"}, "none": {}, "only a hint": {RefererAppID: "wxffffffffffffffff"},
	} {
		w := newWorld(t)
		trail := w.TrailOf(func(ctx context.Context) {
			if _, err := w.Check(ctx, caller, "alice-1"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if trail.UnknownAppID != "" {
			t.Errorf("%s: logged %q", name, trail.UnknownAppID)
		}
	}
}

// It costs no attempt and no code: the client is mended, and logs in with the same.
func TestUnknownMiniProgramCostsNothing(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	r := login.BindRequest{Code: "alice-1", Username: "alice", Password: "wrong"}
	for range 50 {
		if _, err := w.Bind(t.Context(), login.Caller{AppID: "wxother", Address: phone.Address}, r); !errors.Is(err, login.AppIDUnknown) {
			t.Fatalf("got %v", err)
		}
	}
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Error(err)
	}
}

// A session of a mini-program that is no longer configured cannot be proved: no code would do, and a client that
// fetches another would do so for ever. No other mini-program takes its place.
func TestSessionOfAMiniProgramThatIsGone(t *testing.T) {
	for name, isDefault := range map[string]bool{"refused": false, "or the default": true} {
		for what, do := range guarded {
			t.Run(what+", "+name, func(t *testing.T) {
				w := newWorld(t)
				w.UnknownAppIsDefault = isDefault
				w.Bound("alice-1", "alice")
				opened, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
				if err != nil {
					t.Fatal(err)
				}
				v := w.Visit(opened.Token)
				delete(w.Vault.Held.Apps, "wxtwo")
				if err := do(w, v, "alice-3"); !errors.Is(err, login.AppIDUnknown) {
					t.Errorf("got %v", err)
				}
				w.Visit(opened.Token)
			})
		}
	}
}
