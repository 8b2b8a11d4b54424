package login_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

const prefetchKey login.Hidden = "the-key_in-the-address-that-the-console-has"

func prefetchWorld(t *testing.T) (*world, login.Caller) {
	w := newWorld(t)
	app := w.Vault.Held.Apps[appID]
	app.PrefetchKey = prefetchKey
	w.Vault.Held.Apps[appID] = app
	return w, login.Caller{AppID: appID, Address: "203.0.113.1", Device: "Linux", PrefetchKey: prefetchKey}
}

// WeChat asks for everybody from few addresses: nobody is turned away for the codes or the registrations of others.
func TestPrefetchIsNoOnePersonsAddress(t *testing.T) {
	for name, c := range map[string]struct {
		key login.Hidden
		// limited says whether codes and registrations are.
		limited bool
	}{
		"WeChat":           {prefetchKey, false},
		"without the key":  {"", true},
		"with another key": {prefetchKey[1:], true},
	} {
		t.Run(name, func(t *testing.T) {
			w, weChat := prefetchWorld(t)
			app := w.Vault.Held.Apps[appID]
			app.Policy.Register = []login.Registration{login.RegisterLaunch}
			w.Vault.Held.Apps[appID] = app
			weChat.PrefetchKey = c.key
			registrations, codes := 0, 0
			for n := range 1000 {
				switch checked, err := w.Check(t.Context(), weChat, fmt.Sprintf("person%d-1", n)); {
				case errors.Is(err, login.TooManyRegistrations):
					registrations++
				case err != nil || !checked.Login.Created:
					t.Fatalf("person %d: %+v, %v", n, checked, err)
				}
			}
			weChat.Request = "another one"
			for n := range 1000 {
				switch _, err := w.Check(t.Context(), weChat, fmt.Sprintf("person%d-1", n)); {
				case errors.Is(err, login.TooManyCodes):
					codes++
				case !errors.Is(err, login.WXCodeUsed):
					t.Fatalf("a used code of person %d: %v", n, err)
				}
			}
			if c.limited != (registrations > 0) || c.limited != (codes > 0) {
				t.Errorf("%d registrations and %d codes were too many", registrations, codes)
			}
		})
	}
}

// The parameters of a pre-fetch can be sent by anybody; the key cannot.
func TestPrefetchIsKnownByItsKey(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*login.Caller)
		want   string
	}{
		"WeChat":                             {func(*login.Caller) {}, login.PrefetchDevice},
		"without the key":                    {func(c *login.Caller) { c.PrefetchKey = "" }, "Linux"},
		"with another key":                   {func(c *login.Caller) { c.PrefetchKey = prefetchKey + "x" }, "Linux"},
		"with half of it":                    {func(c *login.Caller) { c.PrefetchKey = prefetchKey[:22] }, "Linux"},
		"of an app with none":                {func(c *login.Caller) { c.AppID = "wxtwo" }, "Linux"},
		"without a key, of an app with none": {func(c *login.Caller) { c.AppID, c.PrefetchKey = "wxtwo", "" }, "Linux"},
	} {
		w, weChat := prefetchWorld(t)
		c.change(&weChat)
		w.AddUser("alice")
		if _, err := w.Bind(t.Context(), login.Caller{AppID: weChat.AppID, Address: "192.0.2.9"}, login.BindRequest{Code: "alice-1", Username: "alice", Password: password}); err != nil {
			t.Fatal(err)
		}
		var trail login.Trail
		checked, err := w.Check(login.WithTrail(t.Context(), &trail), weChat, "alice-2")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := w.Visit(checked.Login.Token).Session.Device; got != c.want {
			t.Errorf("%s: the session's device is %q, want %q", name, got, c.want)
		}
		if trail.Prefetched != (c.want == login.PrefetchDevice) {
			t.Errorf("%s: in the log: %v", name, trail.Prefetched)
		}
	}
}

// Each cold start is fetched anew. The sessions of before would push out those of other devices.
func TestPrefetchTakesThePlaceOfTheFormerOne(t *testing.T) {
	w, weChat := prefetchWorld(t)
	w.Bound("alice-1", "alice")
	tablet := w.Token("alice-2")
	var last login.Hidden
	for n := range 15 {
		checked, err := w.Check(t.Context(), weChat, fmt.Sprintf("alice-%d", 10+n))
		if err != nil {
			t.Fatal(err)
		}
		if last != "" {
			w.Refused(last, login.SessionReplaced)
		}
		last = checked.Login.Token
	}
	w.Visit(tablet)
	w.Visit(last)
}

// Of launches that were fetched at the same time, each leaves a session. The next one ends them all.
func TestPrefetchTakesThePlaceOfAllFormerOnes(t *testing.T) {
	w, weChat := prefetchWorld(t)
	w.Bound("alice-1", "alice")
	const crowd = 5
	tokens := make([]login.Hidden, crowd)
	var all, reading sync.WaitGroup
	reading.Add(crowd)
	w.Store = &assembled{w.DB, &reading}
	for n := range crowd {
		all.Go(func() {
			checked, err := w.Check(t.Context(), weChat, fmt.Sprintf("alice-%d", 10+n))
			if err != nil {
				t.Error(err)
				return
			}
			tokens[n] = checked.Login.Token
		})
	}
	all.Wait()
	w.Store = w.DB
	checked, err := w.Check(t.Context(), weChat, "alice-20")
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		w.Refused(token, login.SessionReplaced)
	}
	w.Visit(checked.Login.Token)
}

// assembled is a store that tells nobody of a binding before all have asked.
type assembled struct {
	login.Store
	reading *sync.WaitGroup
}

func (s *assembled) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	b, err := s.Store.BindingByOpenID(ctx, appID, openID)
	s.reading.Done()
	s.reading.Wait()
	return b, err
}

// A request that WeChat sends twice gets one session.
func TestPrefetchIsRepeated(t *testing.T) {
	w, weChat := prefetchWorld(t)
	w.Bound("alice-1", "alice")
	var tokens [2]login.Hidden
	for i := range tokens {
		checked, err := w.Check(t.Context(), weChat, "alice-2")
		if err != nil {
			t.Fatal(err)
		}
		tokens[i] = checked.Login.Token
	}
	if tokens[0] != tokens[1] {
		t.Error("the repeat got another session")
	}
	w.Visit(tokens[0])
}
