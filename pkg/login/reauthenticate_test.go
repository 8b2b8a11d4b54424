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

// Each of them is dangerous enough to ask for a fresh code.
var guarded = map[string]func(w *world, v login.Visitor, code string) error{
	"unbind by force": func(w *world, v login.Visitor, code string) error {
		return w.Unbind(w.Context(), phone, v, true, code)
	},
	"export": func(w *world, v login.Visitor, code string) error {
		_, err := w.Export(w.Context(), phone, v, code)
		return err
	},
	"password": func(w *world, v login.Visitor, code string) error {
		return w.change(v, code, password, newPassword)
	},
	"delete": func(w *world, v login.Visitor, code string) error {
		return w.Delete(w.Context(), phone, v, code)
	},
}

func TestFreshCodeOfTheSessionsIdentityIsDemanded(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		want login.Code
	}{
		"none":                        {"", login.ReauthRequired},
		"somebody else's":             {"bob-9", login.ReauthRequired},
		"used":                        {"alice-2", login.ReauthRequired},
		"not one of WeChat's":         {"bad", login.ReauthRequired},
		"not what wx.login gives":     {"a b", login.CodeInvalid},
		"undefined":                   {"undefined", login.CodeInvalid},
		"when WeChat cannot be asked": {"down", login.WXUnavailable},
	} {
		for what, do := range guarded {
			t.Run(what+", "+name, func(t *testing.T) {
				w := newWorld(t)
				w.Bound("alice-1", "alice")
				w.Bound("bob-1", "bob")
				v := w.Visit(w.Token("alice-2"))
				w.Pass(time.Minute) // alice-2 is no repeat any more
				w.WeChatDouble.Before = func(code string) error {
					return map[string]error{"bad": login.WXCodeInvalid, "down": login.WXUnavailable}[code]
				}
				if err := do(w, v, c.code); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				w.WeChatDouble.Before = nil
				if checked := w.Checked("alice-8"); checked.Login == nil {
					t.Error("the binding is gone")
				}
			})
		}
	}
}

// Who holds the token and another person's phone is told no, twice.
func TestRepeatOfARefusalIsTheSame(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	v := w.Visit(w.Token("alice-2"))
	for range 2 {
		if err := w.Delete(t.Context(), phone, v, "bob-2"); !errors.Is(err, login.ReauthRequired) {
			t.Errorf("got %v", err)
		}
	}
}

// The session is of the second mini-program; the request does not say so.
func TestCodeIsOfTheSessionsMiniProgram(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	opened, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Unbind(t.Context(), phone, w.Visit(opened.Token), true, "alice-3"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.DB.BindingByOpenID(t.Context(), "wxtwo", "o-alice"); !errors.Is(err, login.ErrBindingNotFound) {
		t.Errorf("got %v", err)
	}
	if b, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice"); err != nil || b.UserID != u.ID {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestLastBindingStaysWithoutForce(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	if err := w.Unbind(t.Context(), phone, w.Visit(token), false, ""); !errors.Is(err, login.LastBinding) {
		t.Fatalf("got %v", err)
	}
	w.Visit(token)
}

func TestUnbindEndsTheSessionsUnderTheBinding(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	here, alsoHere := w.Token("alice-2"), w.Token("alice-3")
	there, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-4", Username: "alice", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	got := logintest.Events(t, func(ctx context.Context) {
		if err := w.Unbind(ctx, phone, w.Visit(here), false, ""); err != nil {
			t.Fatal(err)
		}
	})
	w.Refused(here, login.BindingRemoved)
	w.Refused(alsoHere, login.BindingRemoved)
	w.Visit(there.Token)
	if checked := w.Checked("alice-5"); checked.Login != nil {
		t.Error("still bound")
	}
	if !slices.Equal(got, []login.Event{login.EventUnbind}) {
		t.Errorf("noted %v", got)
	}
}

func TestOfTwoLastUnbindsOneIsRefused(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	opened, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-3", Username: "alice", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	there := w.Visit(opened.Token)
	here := w.Visit(w.Token("alice-4"))
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, v := range []login.Visitor{here, there} {
		wg.Go(func() { errs[i] = w.Unbind(t.Context(), phone, v, false, "") })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), login.LastBinding) {
		t.Errorf("got %v", errs)
	}
}

func TestUnbindThatComesTooLateSaysSo(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	if err := w.Unbind(t.Context(), phone, v, true, "alice-3"); err != nil {
		t.Fatal(err)
	}
	for name, force := range map[string]bool{"by force": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			if err := w.Unbind(t.Context(), phone, v, force, "alice-4"); !errors.Is(err, login.BindingRemoved) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestExportHoldsEverythingAboutTheUser(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	if _, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-2", Username: "alice", Password: password}); err != nil {
		t.Fatal(err)
	}
	v := w.Visit(w.Token("alice-3"))
	var export login.Export
	got := logintest.Events(t, func(ctx context.Context) {
		var err error
		if export, err = w.Export(ctx, phone, v, "alice-4"); err != nil {
			t.Fatal(err)
		}
	})
	if export.User.ID != u.ID || len(export.Bindings) != 2 || len(export.Sessions) != 3 {
		t.Fatalf("got %+v", export)
	}
	for _, b := range export.Bindings {
		if b.UserID != u.ID || b.OpenID != "o-alice" {
			t.Errorf("got %+v", b)
		}
	}
	for _, s := range export.Sessions {
		if s.UserID != u.ID {
			t.Errorf("got %+v", s)
		}
	}
	if !slices.Equal(got, []login.Event{login.EventExport}) {
		t.Errorf("noted %v", got)
	}
}
