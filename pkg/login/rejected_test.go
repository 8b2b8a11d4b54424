package login_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// withAppSecret is a secret in which the default app has this AppSecret.
func withAppSecret(appSecret login.Hidden, keys ...string) *login.Secret {
	s := logintest.SecretWith(keys...)
	s.Apps[appID] = login.App{ID: appID, Secret: appSecret}
	return s
}

// Whatever comes of looking for a newer AppSecret, WeChat is asked once more at most,
// and only with another one.
func TestRejectedAppSecret(t *testing.T) {
	without := logintest.SecretWith("1")
	delete(without.Apps, appID)
	without.DefaultApp = "wxtwo"
	for name, c := range map[string]struct {
		newer *login.Secret
		calls int
		want  error
	}{
		"it is stored":                  {withAppSecret("the new one", "1"), 2, nil},
		"it is stored with a seal key":  {withAppSecret("the new one", "2", "1"), 2, nil},
		"it is not stored yet":          {nil, 1, login.WXSecretRejected},
		"the stored one is wrong, too":  {withAppSecret("another one", "1"), 2, login.WXSecretRejected},
		"the mini-program is not there": {without, 1, login.WXSecretRejected},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			w.WeChatDouble.AppSecret, w.WeChatDouble.Calls, w.Vault.Newer = "the new one", 0, c.newer
			trail := &login.Trail{}
			checked, err := w.Check(login.WithTrail(t.Context(), trail), phone, "alice-2")
			if !errors.Is(err, c.want) || (err == nil) != (checked.Login != nil) {
				t.Fatalf("got %+v, %v; want %v", checked, err, c.want)
			}
			if w.WeChatDouble.Calls != c.calls || w.Vault.Refetches != 1 {
				t.Errorf("%d calls, want %d; %d refetches, want 1", w.WeChatDouble.Calls, c.calls, w.Vault.Refetches)
			}
			if told := errors.Is(errors.Join(trail.Lapses...), login.WXSecretRejected); told != (c.calls > 1) {
				t.Errorf("the lapses are %v", trail.Lapses)
			}
			if err != nil {
				return
			}
			// What is stored is of the secret that was fetched.
			b, err := w.DB.BindingByOpenID(t.Context(), appID, checked.OpenID)
			if err != nil {
				t.Fatal(err)
			}
			if key, err := c.newer.Open(b.SealedKey, "session_key", appID, checked.OpenID); err != nil || string(key) != "key of alice-2" || b.SealedKey[:1] != c.newer.SealKeys[0].ID {
				t.Errorf("the binding has %q, %v", key, err)
			}
			if _, err := w.CheckCode("alice-2"); err != nil {
				t.Errorf("the repeat: %v", err)
			}
		})
	}
}

// Should WeChat use a code up although it does not take the AppSecret, the client is
// told to get another one.
func TestRejectedAppSecretCostsTheCode(t *testing.T) {
	w := newWorld(t)
	w.Vault.Newer = withAppSecret("the new one", "1")
	w.WeChatDouble.Before = func(string) error { return &login.Error{Code: login.WXSecretRejected} }
	if _, err := w.CheckCode("alice-1"); !errors.Is(err, login.WXCodeUsed) {
		t.Errorf("got %v", err)
	}
	w.WeChatDouble.Before = nil
	if _, err := w.CheckCode("alice-2"); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

// The code that is sent again is WeChat's time, too.
func TestBothExchangesAreTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.WeChatDouble.AppSecret, w.Vault.Newer = "the new one", withAppSecret("the new one", "1")
		w.WeChatDouble.Before = func(string) error { time.Sleep(time.Second); return nil }
		trail := &login.Trail{}
		if _, err := w.Check(login.WithTrail(t.Context(), trail), phone, "alice-1"); err != nil || trail.WeChat != time.Second {
			t.Errorf("%v, WeChat took %v", err, trail.WeChat)
		}
	})
}

func TestFailedRefetchIsToldToTheOperator(t *testing.T) {
	w := newWorld(t)
	w.WeChatDouble.AppSecret = "the new one"
	w.Secrets = noRefetch{w.Vault}
	trail := &login.Trail{}
	_, err := w.Check(login.WithTrail(t.Context(), trail), phone, "alice-1")
	if !errors.Is(err, login.WXSecretRejected) || !errors.Is(errors.Join(trail.Lapses...), login.SecretUnavailable) {
		t.Errorf("got %v, lapses %v", err, trail.Lapses)
	}
}

type noRefetch struct{ *logintest.Secrets }

func (noRefetch) Refetch(context.Context) (*login.Secret, error) { return nil, login.SecretUnavailable }
