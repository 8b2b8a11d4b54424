package login_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// instance is one more process on the store and the WeChat of a world.
func (w *world) instance() *login.Service {
	c := w.Config
	return login.New(c)
}

// appOf is the app of the secret that is held.
func (w *world) app() (*login.Secret, login.App) {
	secret := w.Vault.Held
	return secret, secret.Apps[appID]
}

// tokenOf is an instance's access_token, which it must have.
func (w *world) tokenOf(s *login.Service, not login.Hidden) login.Hidden {
	w.Helper()
	secret, app := w.app()
	token, err := s.AccessToken(w.Context(), secret, app, not)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

// calls counts the calls to the store and for tokens that do makes.
func (w *world) calls(do func()) (store []string, tokens int) {
	w.DB.Forget()
	before := w.WeChatDouble.TokenCalls
	do()
	return slices.Clone(w.DB.Calls), w.WeChatDouble.TokenCalls - before
}

func TestInstancesShareOneToken(t *testing.T) {
	w := newWorld(t)
	first := w.tokenOf(w.Service, "")
	for range 20 {
		s := w.instance()
		store, asked := w.calls(func() {
			if token := w.tokenOf(s, ""); token != first {
				t.Errorf("a fresh instance has another token")
			}
		})
		if asked != 0 || !slices.Equal(store, []string{"LoadRecord"}) {
			t.Errorf("a fresh instance asks WeChat %d times, and the store for %v", asked, store)
		}
		store, asked = w.calls(func() { w.tokenOf(s, "") })
		if asked != 0 || len(store) != 0 {
			t.Errorf("an instance that has it asks WeChat %d times, and the store for %v", asked, store)
		}
	}
}

func TestAppsHaveTokensOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	here := w.tokenOf(w.Service, "")
	secret := w.Vault.Held
	there, err := w.AccessToken(t.Context(), secret, secret.Apps["wxtwo"], "")
	if err != nil || there == here {
		t.Errorf("got %v, and the same is %v", err, there == here)
	}
}

// Somebody who can read the table must not call WeChat with it.
func TestTheStoredTokenIsSealed(t *testing.T) {
	w := newWorld(t)
	token := w.tokenOf(w.Service, "")
	secret, app := w.app()
	record, err := w.DB.Memory.LoadRecord(t.Context(), login.TokenRecordName(secret, app))
	if err != nil || strings.Contains(string(record.Value), string(token)) {
		t.Errorf("%v, and it stores %s", err, record.Value)
	}
	if want := w.Clock().Add(2 * time.Hour); !record.ExpiresAt.Equal(want) {
		t.Errorf("it may be forgotten at %v, want %v", record.ExpiresAt, want)
	}
}

func TestWhenATokenIsRenewed(t *testing.T) {
	const life = 2 * time.Hour
	for name, row := range map[string]struct {
		after  time.Duration
		asked  int
		change bool
	}{
		"an hour later":                  {time.Hour, 0, false},
		"just before its last 5 minutes": {life - 5*time.Minute - time.Millisecond, 0, false},
		"at its last 5 minutes":          {life - 5*time.Minute, 1, true},
		"just before its end":            {life - time.Millisecond, 1, true},
		"at its end":                     {life, 1, true},
		"a day later":                    {24 * time.Hour, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.tokenOf(w.Service, "")
			w.Pass(row.after)
			for who, s := range map[string]*login.Service{"that has it": w.Service, "that is fresh": w.instance()} {
				_, asked := w.calls(func() {
					if token := w.tokenOf(s, ""); (token != first) != row.change {
						t.Errorf("an instance %s: another token is %v", who, token != first)
					}
				})
				// Whichever comes first asks; the other one finds the record.
				if asked > row.asked {
					t.Errorf("an instance %s asks WeChat %d times", who, asked)
				}
				row.asked -= asked
			}
			if row.asked != 0 {
				t.Error("nobody asks WeChat")
			}
		})
	}
}

// Should WeChat give the next token later than it says, not every request may ask for it until then.
func TestATokenThatWeChatHasJustGivenIsUsed(t *testing.T) {
	w := newWorld(t)
	first := w.tokenOf(w.Service, "")
	w.WeChatDouble.Tail = 3 * time.Minute
	w.Pass(115 * time.Minute)
	_, asked := w.calls(func() {
		for range 5 {
			if w.tokenOf(w.Service, "") != first || w.tokenOf(w.instance(), "") != first {
				t.Error("another token")
			}
		}
	})
	if asked != 1 {
		t.Errorf("WeChat is asked %d times", asked)
	}
	w.Pass(time.Minute)
	if _, asked = w.calls(func() { w.tokenOf(w.Service, "") }); asked != 1 {
		t.Errorf("a minute later WeChat is asked %d times", asked)
	}
}

// While the old token is good nobody needs WeChat to answer.
func TestATokenThatCannotBeRenewedIsUsedToItsEnd(t *testing.T) {
	for where, row := range map[string]struct {
		instance func(*world) *login.Service
		fails    string
		lapses   int
	}{
		"in the record":                   {(*world).instance, "", 1},
		"in the process":                  {func(w *world) *login.Service { return w.Service }, "", 1},
		"in the process, without a store": {func(w *world) *login.Service { return w.Service }, "LoadRecord", 2},
	} {
		t.Run(where, func(t *testing.T) {
			w := newWorld(t)
			first, s := w.tokenOf(w.Service, ""), row.instance(w)
			w.DB.Do(logintest.Failing(row.fails))
			w.WeChatDouble.BeforeToken = func() error { return login.Because(login.WXUnavailable, nil) }
			w.Pass(2*time.Hour - time.Minute)
			trail := w.TrailOf(func(ctx context.Context) {
				secret, app := w.app()
				if token, err := s.AccessToken(ctx, secret, app, ""); err != nil || token != first {
					t.Errorf("got %v", err)
				}
			})
			if len(trail.Lapses) != row.lapses || !errors.Is(errors.Join(trail.Lapses...), login.WXUnavailable) {
				t.Errorf("lapses: %v", trail.Lapses)
			}
			if _, asked := w.calls(func() { w.tokenOf(s, "") }); asked != 0 {
				t.Errorf("the next request asks %d times", asked)
			}
			w.Pass(30 * time.Second)
			if _, asked := w.calls(func() { w.tokenOf(s, "") }); asked != 1 {
				t.Errorf("half a minute later it asks %d times", asked)
			}
			w.Pass(30 * time.Second)
			secret, app := w.app()
			if _, err := s.AccessToken(t.Context(), secret, app, ""); !errors.Is(err, login.WXUnavailable) {
				t.Errorf("at its end: %v", err)
			}
		})
	}
}

func TestARejectedTokenIsReplacedOnce(t *testing.T) {
	w := newWorld(t)
	others := []*login.Service{w.instance(), w.instance(), w.instance()}
	old := w.tokenOf(w.Service, "")
	for _, s := range others {
		w.tokenOf(s, "")
	}
	w.WeChatDouble.KillTokens(appID)
	call := func(token login.Hidden) error {
		_, err := w.WeChatDouble.PhoneNumber(t.Context(), token, login.App{ID: appID}, "phone-alice-1", "o-alice")
		return err
	}
	secret, app := w.app()
	_, asked := w.calls(func() {
		trail := w.TrailOf(func(ctx context.Context) {
			if err := w.WithAccessToken(ctx, secret, app, call); err != nil {
				t.Error(err)
			}
		})
		if len(trail.Lapses) != 1 || !errors.Is(trail.Lapses[0], login.WXTokenRejected) {
			t.Errorf("lapses: %v", trail.Lapses)
		}
	})
	if asked != 1 || w.WeChatDouble.PhoneCalls != 2 {
		t.Errorf("%d tokens were fetched, and the call was made %d times", asked, w.WeChatDouble.PhoneCalls)
	}
	// The others find the new one in the record.
	replacement := w.tokenOf(w.Service, "")
	_, asked = w.calls(func() {
		for _, s := range others {
			if token := w.tokenOf(s, old); token != replacement {
				t.Error("another instance has another token")
			}
			if token := w.tokenOf(s, ""); token != replacement {
				t.Error("another instance keeps the dead token")
			}
		}
	})
	if asked != 0 {
		t.Errorf("the others ask WeChat %d times", asked)
	}
}

func TestATokenIsRejectedTwice(t *testing.T) {
	w := newWorld(t)
	secret, app := w.app()
	var tokens []login.Hidden
	_, asked := w.calls(func() {
		err := w.WithAccessToken(t.Context(), secret, app, func(token login.Hidden) error {
			tokens = append(tokens, token)
			return login.Because(login.WXTokenRejected, nil)
		})
		if !errors.Is(err, login.WXTokenRejected) {
			t.Errorf("got %v", err)
		}
	})
	// WeChat gives the same token once more. It is no use to ask for ever.
	if len(tokens) != 2 || tokens[0] != tokens[1] || asked != 2 {
		t.Errorf("%d calls, and WeChat was asked %d times", len(tokens), asked)
	}
}

func TestOtherFailuresOfACallAreNotRepeated(t *testing.T) {
	for _, code := range []login.Code{login.PhoneCodeInvalid, login.WXUnavailable, login.WXThrottled} {
		w, calls := newWorld(t), 0
		secret, app := w.app()
		err := w.WithAccessToken(t.Context(), secret, app, func(login.Hidden) error { calls++; return code })
		if !errors.Is(err, code) || calls != 1 {
			t.Errorf("%s: got %v after %d calls", code, err, calls)
		}
	}
}

// Whatever is wrong with the record, WeChat is asked instead, and the record is replaced if the store can answer.
func TestRecordsThatDoNotCount(t *testing.T) {
	for name, row := range map[string]struct {
		spoil    func(w *world, record string)
		lapses   int
		replaced bool
	}{
		"none":                  {func(*world, string) {}, 0, true},
		"damaged":               {func(w *world, record string) { w.put(record, "1.AAAA") }, 1, true},
		"no sealed text":        {func(w *world, record string) { w.put(record, "SECRET") }, 1, true},
		"of a newer seal key":   {func(w *world, record string) { w.put(record, "9.AAAA") }, 1, true},
		"no JSON":               {func(w *world, record string) { w.put(record, w.sealed("SECRET")) }, 1, true},
		"an empty object":       {func(w *world, record string) { w.put(record, w.sealed("{}")) }, 0, true},
		"a token that is over":  {func(w *world, record string) { w.put(record, w.sealed(`{"value":"x","renewAt":1,"ends":2}`)) }, 0, true},
		"the store cannot read": {func(w *world, _ string) { w.DB.Do(logintest.Failing("LoadRecord")) }, 1, false},
		"nor write":             {func(w *world, _ string) { w.DB.Do(logintest.Failing("StoreRecord")) }, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			secret, app := w.app()
			record := login.TokenRecordName(secret, app)
			row.spoil(w, record)
			trail := w.TrailOf(func(ctx context.Context) {
				if token, err := w.AccessToken(ctx, secret, app, ""); err != nil || token == "" || token == "x" {
					t.Errorf("got %v", err)
				}
			})
			if len(trail.Lapses) != row.lapses {
				t.Errorf("lapses: %v", trail.Lapses)
			}
			if text := fmt.Sprint(errors.Join(trail.Lapses...)); strings.Contains(text, "SECRET") {
				t.Errorf("a lapse quotes the record: %s", text)
			}
			store, asked := w.calls(func() { w.tokenOf(w.Service, "") })
			if len(store) != 0 || asked != 0 {
				t.Errorf("the next request asks the store for %v, and WeChat %d times", store, asked)
			}
			w.DB.Do(nil)
			if _, asked := w.calls(func() { w.tokenOf(w.instance(), "") }); (asked == 0) != row.replaced {
				t.Errorf("another instance asks WeChat %d times", asked)
			}
		})
	}
}

func (w *world) put(name, value string) {
	w.Helper()
	if err := w.DB.Memory.StoreRecord(w.Context(), name, login.Record{Version: login.NewID(), Value: []byte(value), ExpiresAt: w.Clock().Add(time.Hour)}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) sealed(plain string) string {
	return w.Vault.Held.Seal([]byte(plain), "access_token", appID)
}

// An instance that has no new seal key yet and one that has it share a token as far as they can, and never fight.
func TestInstancesWithDifferentSealKeys(t *testing.T) {
	w := newWorld(t)
	_, app := w.app()
	older, newer := logintest.SecretWith("1"), logintest.SecretWith("2", "1")
	one, two := w.instance(), w.instance()
	ask := func(s *login.Service, secret *login.Secret) (login.Hidden, int) {
		var token login.Hidden
		_, asked := w.calls(func() {
			var err error
			if token, err = s.AccessToken(t.Context(), secret, app, ""); err != nil {
				t.Error(err)
			}
		})
		return token, asked
	}
	first, _ := ask(two, newer)
	if token, asked := ask(one, older); token != first || asked != 1 {
		t.Errorf("the older one has the same: %v, after %d calls", token == first, asked)
	}
	if token, asked := ask(w.instance(), newer); token != first || asked != 0 {
		t.Errorf("a newer one opens what the older one has stored: %v, after %d calls", token == first, asked)
	}
}

// Two deployments, each with a table and caches of its own, have the same token, and neither ends the other's.
func TestDeploymentsDoEachOtherNoHarm(t *testing.T) {
	here, there := newWorld(t), newWorld(t)
	c := there.Config
	c.WeChat, c.Now = here.WeChatDouble, here.Clock
	there.Service = login.New(c)
	for range 10 {
		mine, theirs := here.tokenOf(here.Service, ""), there.tokenOf(there.Service, "")
		if mine != theirs {
			t.Fatal("two tokens at the same time")
		}
		if _, err := here.WeChatDouble.PhoneNumber(t.Context(), mine, login.App{ID: appID}, "phone-alice-"+login.NewID(), "o-alice"); err != nil {
			t.Fatal(err)
		}
		here.Pass(50 * time.Minute)
	}
	if n := here.WeChatDouble.TokenCalls; n > 10 {
		t.Errorf("in 9 hours WeChat was asked %d times", n)
	}
}

// With another AppSecret a token no longer counts. Instances that do not have it yet keep theirs.
func TestANewAppSecret(t *testing.T) {
	w := newWorld(t)
	secret, app := w.app()
	w.tokenOf(w.Service, "")
	renewed := app
	renewed.Secret = "another AppSecret"
	ask := func(s *login.Service, app login.App) int {
		_, asked := w.calls(func() {
			if _, err := s.AccessToken(t.Context(), secret, app, ""); err != nil {
				t.Error(err)
			}
		})
		return asked
	}
	if asked := ask(w.Service, renewed); asked != 1 {
		t.Errorf("the instance asks WeChat %d times", asked)
	}
	if asked := ask(w.instance(), renewed); asked != 0 {
		t.Errorf("a fresh instance asks WeChat %d times", asked)
	}
	if asked := ask(w.instance(), app); asked != 0 {
		t.Errorf("one with the old AppSecret asks WeChat %d times", asked)
	}
}

func TestOneRequestFetchesForAll(t *testing.T) {
	for name, row := range map[string]struct {
		fails error
		want  login.Code
	}{
		"a token":   {},
		"a failure": {login.Because(login.WXUnavailable, nil), login.WXUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				secret, app := w.app()
				w.WeChatDouble.BeforeToken = func() error { time.Sleep(time.Second); return row.fails }
				var all sync.WaitGroup
				for range 50 {
					all.Go(func() {
						_, err := w.AccessToken(t.Context(), secret, app, "")
						if row.fails == nil && err != nil || row.fails != nil && !errors.Is(err, row.want) {
							t.Errorf("got %v", err)
						}
					})
				}
				all.Wait()
				if w.WeChatDouble.TokenCalls != 1 {
					t.Errorf("WeChat was asked %d times", w.WeChatDouble.TokenCalls)
				}
			})
		})
	}
}

// Whoever gives up takes nothing from those who wait.
func TestALeaderWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		secret, app := w.app()
		var gaveUp context.Context
		w.WeChatDouble.BeforeToken = func() error {
			if time.Sleep(time.Second); gaveUp.Err() != nil {
				defer func() { gaveUp = t.Context() }()
				return login.Because(login.WXUnavailable, gaveUp.Err())
			}
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		gaveUp = ctx
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := w.AccessToken(ctx, secret, app, ""); err == nil {
				t.Error("the leader has a token")
			}
		})
		synctest.Wait()
		all.Go(func() {
			if _, err := w.AccessToken(t.Context(), secret, app, ""); err != nil {
				t.Errorf("who waits: %v", err)
			}
		})
		short, end := context.WithTimeout(t.Context(), time.Second/4)
		defer end()
		all.Go(func() {
			if _, err := w.AccessToken(short, secret, app, ""); !errors.Is(err, login.WXUnavailable) {
				t.Errorf("who waits and gives up: %v", err)
			}
		})
		all.Wait()
	})
}

// Nor does one who panics.
func TestALeaderWhoPanics(t *testing.T) {
	w := newWorld(t)
	secret, app := w.app()
	w.WeChatDouble.BeforeToken = func() error { panic("MARK") }
	func() {
		defer func() { _ = recover() }()
		_, _ = w.AccessToken(t.Context(), secret, app, "")
	}()
	w.WeChatDouble.BeforeToken = nil
	w.tokenOf(w.Service, "")
}

// While one request renews the token, the others go on with the old one.
func TestNobodyWaitsForARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		secret, app := w.app()
		first := w.tokenOf(w.Service, "")
		w.Pass(116 * time.Minute)
		w.WeChatDouble.BeforeToken = func() error { time.Sleep(time.Second); return nil }
		var renewal sync.WaitGroup
		renewal.Go(func() {
			if token, err := w.AccessToken(t.Context(), secret, app, ""); err != nil || token == first {
				t.Errorf("the renewal: %v", err)
			}
		})
		synctest.Wait()
		began := time.Now()
		if token := w.tokenOf(w.Service, ""); token != first || time.Since(began) != 0 {
			t.Errorf("another token is %v, after %v", token != first, time.Since(began))
		}
		renewal.Wait()
	})
}

// A store that hangs while a token is shared takes a second of the request, and not all of its time.
func TestSharingATokenTakesNoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := phoneWorld(t, openPolicy)
		c := w.Config
		c.Store = hangingTokens{c.Store}
		w.Service = login.New(c)
		began := time.Now()
		w.mustTap("alice-1", "phone-alice-1")
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// hangingTokens never stores a token.
type hangingTokens struct{ login.Store }

func (hangingTokens) StoreRecord(ctx context.Context, _ string, _ login.Record) error {
	<-ctx.Done()
	return login.Unavailable(ctx.Err())
}
