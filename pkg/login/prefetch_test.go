package login_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

const prefetchKey = "the key in the address that the console has"

func prefetchWorld(t *testing.T) (*world, login.Caller) {
	w := newWorld(t)
	app := w.Vault.Held.Apps[appID]
	app.PrefetchKey = prefetchKey
	w.Vault.Held.Apps[appID] = app
	return w, login.Caller{AppID: appID, Address: "203.0.113.1", Device: "Linux", PrefetchKey: prefetchKey}
}

// WeChat asks for everybody from few addresses: nobody is turned away for another's codes.
func TestPrefetchIsNoOnePersonsAddress(t *testing.T) {
	w, weChat := prefetchWorld(t)
	for n := range 100 {
		if _, err := w.Check(t.Context(), weChat, fmt.Sprintf("person%d-1", n)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Check(t.Context(), weChat, fmt.Sprintf("person%d-1", n)); !errors.Is(err, login.WXCodeUsed) && err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	if _, err := w.Check(t.Context(), weChat, "onemore-1"); err != nil {
		t.Error(err)
	}
}

// The parameters of a pre-fetch can be sent by anybody; the key cannot.
func TestPrefetchIsKnownByItsKey(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*login.Caller)
		want   string
	}{
		"WeChat":              {func(*login.Caller) {}, login.PrefetchDevice},
		"without the key":     {func(c *login.Caller) { c.PrefetchKey = "" }, "Linux"},
		"with another key":    {func(c *login.Caller) { c.PrefetchKey = prefetchKey + "x" }, "Linux"},
		"of an app with none": {func(c *login.Caller) { c.AppID = "wxtwo" }, "Linux"},
	} {
		w, weChat := prefetchWorld(t)
		c.change(&weChat)
		w.AddUser("alice")
		if _, err := w.Bind(t.Context(), login.Caller{AppID: weChat.AppID, Address: "192.0.2.9"}, login.BindRequest{Code: "alice-1", Username: "alice", Password: password}); err != nil {
			t.Fatal(err)
		}
		checked, err := w.Check(t.Context(), weChat, "alice-2")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := w.Visit(checked.Login.Token).Session.Device; got != c.want {
			t.Errorf("%s: the session's device is %q, want %q", name, got, c.want)
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
