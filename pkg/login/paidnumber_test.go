package login_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// mortal is the store as one process sees it: from some call on the process is dead.
type mortal struct {
	login.Store
	// at is the call at which it dies: before the store has done it, or after that.
	at    string
	after bool

	mu   sync.Mutex
	dead bool
}

var errDied = login.Unavailable(errors.New("the process was killed"))

// survive does a call unless the process is dead.
func (m *mortal) survive(call string, do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDied
	}
	m.dead = call == m.at
	if m.dead && !m.after {
		return errDied
	}
	if err := do(); err != nil || !m.dead {
		return err
	}
	return errDied
}

func (m *mortal) SwapRecord(ctx context.Context, name, old string, r login.Record) (stored login.Record, err error) {
	call := "another record"
	if strings.HasPrefix(name, "phone#") {
		call = "the number is kept"
	}
	err = m.survive(call, func() (err error) { stored, err = m.Store.SwapRecord(ctx, name, old, r); return err })
	return stored, err
}

func (m *mortal) Admit(ctx context.Context, a login.Admission) (standing login.Binding, err error) {
	err = m.survive("the user is let in", func() (err error) { standing, err = m.Store.Admit(ctx, a); return err })
	return standing, err
}

// A process is killed between WeChat's answer and ours. Once the number is kept, a repeat gets everything, in another process,
// and pays nothing. Before that there is nothing to get.
func TestProcessKilledAfterThePhoneCodeIsUsed(t *testing.T) {
	for name, c := range map[string]struct {
		at    string
		after bool
		want  error
	}{
		"before the number is kept":  {"the number is kept", false, login.PhoneCodeInvalid},
		"after the number is kept":   {"the number is kept", true, nil},
		"before the user is let in":  {"the user is let in", false, nil},
		"after the user is let in":   {"the user is let in", true, nil},
		"after all, before it tells": {"", false, nil},
	} {
		for again, code := range map[string]string{"the same request again": "alice-1", "a fresh code": "alice-2"} {
			t.Run(name+", "+again, func(t *testing.T) {
				w := phoneWorld(t, openPolicy)
				config := logintest.Config(&mortal{Store: w.DB, at: c.at, after: c.after})
				config.WeChat, config.Secrets, config.Now = w.WeChatDouble, w.Vault, w.Clock
				killed := &world{World: &logintest.World{T: t, Service: login.New(config)}}
				if _, err := tapped(killed, phone, "alice-1", "phone-alice-1", ""); (err != nil) != (c.at != "") {
					t.Fatalf("the killed process: %v", err)
				}
				l, err := tapped(w, phone, code, "phone-alice-1", "")
				if !errors.Is(err, c.want) {
					t.Fatalf("got %v, want %v", err, c.want)
				}
				all, failed := w.DB.ListUsers(t.Context(), "", 10)
				if failed != nil || c.want == nil && (len(all) != 1 || l.User.ID != all[0].ID || w.WeChatDouble.PhoneCalls != 1) {
					t.Errorf("%d users, %d phone codes exchanged, %v", len(all), w.WeChatDouble.PhoneCalls, failed)
				}
			})
		}
	}
}

// fussy refuses to keep a number the first time.
type fussy struct {
	login.Store
	refused bool
}

func (f *fussy) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	if strings.HasPrefix(name, "phone#") && !f.refused {
		f.refused = true
		return login.Record{}, errDied
	}
	return f.Store.SwapRecord(ctx, name, old, r)
}

func TestNumberIsKeptAtTheSecondTry(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	w.userWithPhone("bob", 0, true)
	config := logintest.Config(&fussy{Store: w.DB})
	config.WeChat, config.Secrets, config.Hasher, config.Now = w.WeChatDouble, w.Vault, w.Plain, w.Clock
	w.Service = login.New(config)
	if _, err := tapped(w, phone, "bob-1", "phone-bob-1", ""); !errors.Is(err, login.PasswordRequired) {
		t.Fatal(err)
	}
	if _, err := tapped(w, phone, "bob-2", "phone-bob-1", password); err != nil || w.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("%v, %d phone codes exchanged", err, w.WeChatDouble.PhoneCalls)
	}
}

// A seal key is added. A process that has not heard of it gets the repeat of a tap that one with the new key has paid for.
func TestPaidPhoneCodeWhileASealKeyIsAdded(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	w.userWithPhone("bob", 0, true)
	with := func(sealKeys ...string) *login.Secret {
		secret := logintest.SecretWith(sealKeys...)
		secret.IndexKey, secret.Apps = w.Vault.Held.IndexKey, w.Vault.Held.Apps
		return secret
	}
	older, newer := with("1"), with("2", "1")
	w.Vault.Held = newer
	if _, err := tapped(w, phone, "bob-1", "phone-bob-1", ""); !errors.Is(err, login.PasswordRequired) {
		t.Fatal(err)
	}
	w.Vault.Held, w.Vault.Newer = older, newer
	if _, err := tapped(w, phone, "bob-2", "phone-bob-1", password); err != nil || w.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("%v, %d phone codes exchanged", err, w.WeChatDouble.PhoneCalls)
	}
}

// An access_token that somebody else has ended is replaced, and the same phone code is sent again with the next one.
func TestPhoneCodeIsSentAgainWithANewToken(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	w.mustTap("bob-1", "phone-bob-1")
	w.WeChatDouble.KillTokens(appID)
	if l := w.mustTap("alice-1", "phone-alice-1"); !l.Created || w.WeChatDouble.PhoneCalls != 3 || w.WeChatDouble.TokenCalls != 2 {
		t.Errorf("created %v, %d phone calls, %d tokens", l.Created, w.WeChatDouble.PhoneCalls, w.WeChatDouble.TokenCalls)
	}
}
