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

func TestLogoutEndsThisSessionOnly(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	this, other := w.Token("alice-2"), w.Token("alice-3")
	got := logintest.Events(t, func(ctx context.Context) {
		if err := w.Logout(ctx, w.Visit(this), false); err != nil {
			t.Fatal(err)
		}
	})
	w.Refused(this, login.SessionRevoked)
	w.Visit(other)
	if !slices.Equal(got, []login.Event{login.EventLogout}) {
		t.Errorf("noted %v", got)
	}
}

func TestLogoutOfAllEndsEverySession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	this, other := w.Token("alice-2"), w.Token("alice-3")
	got := logintest.Events(t, func(ctx context.Context) {
		if err := w.Logout(ctx, w.Visit(this), true); err != nil {
			t.Fatal(err)
		}
	})
	w.Refused(this, login.SessionRevoked)
	w.Refused(other, login.SessionRevoked)
	if !slices.Equal(got, []login.Event{login.EventLogoutAll}) {
		t.Errorf("noted %v", got)
	}
	w.Pass(time.Second)
	w.Visit(w.Token("alice-4"))
}

// The session was made by a process whose clock is ahead of the one that logs out.
func TestLogoutOfAllEndsASessionFromTheFuture(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Pass(time.Second)
	token := w.Token("alice-2")
	v := w.Visit(token)
	w.Pass(-time.Second)
	if err := w.Logout(t.Context(), v, true); err != nil {
		t.Fatal(err)
	}
	w.Refused(token, login.SessionRevoked)
}

func TestLogoutCanBeRepeated(t *testing.T) {
	for name, all := range map[string]bool{"this one": false, "all": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			for range 2 {
				if err := w.Logout(t.Context(), v, all); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// The login cannot be told from one that begins afterwards, and gets a session that the logout has not ended.
func TestLoginUnderWayGoesOnAfterALogoutOfAll(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	old := w.Token("alice-2")
	v := w.Visit(old)
	w.WeChatDouble.Before = func(code string) error { // after the login has begun
		if code == "alice-3" {
			return w.Logout(t.Context(), v, true)
		}
		return nil
	}
	w.Visit(w.Token("alice-3"))
	w.Refused(old, login.SessionRevoked)
}

func TestLiveSessionsAreListedNewestFirst(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	w.Pass(time.Second)
	second := w.Visit(w.Token("alice-2"))
	w.Pass(time.Second)
	third := w.Visit(w.Token("alice-3"))
	w.Pass(time.Second)
	ended := w.Visit(w.Token("alice-4"))
	if err := w.Logout(t.Context(), ended, false); err != nil {
		t.Fatal(err)
	}
	list, err := w.LiveSessions(t.Context(), second)
	if err != nil || len(list) != 3 || list[0].ID() != third.Session.ID() || list[1].ID() != second.Session.ID() {
		t.Fatalf("got %+v, %v", list, err)
	}
	if list[0].Device != "iPhone" || list[0].AppID != appID || list[0].UserID != "u-alice" {
		t.Errorf("got %+v", list[0])
	}
}

func TestRevokeEndsOneSession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	this, other := w.Token("alice-2"), w.Token("alice-3")
	got := logintest.Events(t, func(ctx context.Context) {
		for range 2 { // a repeat is none
			if err := w.RevokeSession(ctx, w.Visit(this), w.dig(other)); err != nil {
				t.Fatal(err)
			}
		}
	})
	w.Refused(other, login.SessionRevoked)
	w.Visit(this)
	if got[0] != login.EventSessionRevoke {
		t.Errorf("noted %v", got)
	}
}

func TestRevokeFindsOnlyOnesOwnSessions(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	alice, bobs := w.Visit(w.Token("alice-2")), w.Token("bob-2")
	for name, id := range map[string]string{
		"somebody else's":  w.dig(bobs),
		"nobody's":         "0123456789012345678901234567890123456789012",
		"nothing":          "",
		"a path":           "../" + w.dig(bobs),
		"much too long":    string(make([]byte, 5000)),
		"not of our bytes": "ä#?",
	} {
		t.Run(name, func(t *testing.T) {
			if err := w.RevokeSession(t.Context(), alice, id); !errors.Is(err, login.NoSuchSession) {
				t.Errorf("got %v", err)
			}
		})
	}
	w.Visit(bobs)
}

// dig gives the id of a token's session without a visit.
func (w *world) dig(token login.Hidden) string {
	w.Helper()
	t, err := login.ParseToken(string(token))
	if err != nil {
		w.Fatal(err)
	}
	return t.Hash()
}

func TestVisitorGetsMenus(t *testing.T) {
	w := newWorld(t)
	w.boundWithRole("alice-1", "alice")
	menus, err := w.Menus(t.Context(), w.Visit(w.Token("alice-2")))
	if err != nil || len(menus) == 0 {
		t.Errorf("got %v, %v", menus, err)
	}
}

// introspect is a service's whole request.
func (w *world) introspect(ctx context.Context, id string, key, token login.Hidden) (*login.Visitor, error) {
	service, err := w.AuthenticateService(ctx, id, key)
	if err != nil {
		return nil, err
	}
	return w.Introspect(ctx, service, token)
}

func TestServiceMayAskWhoseATokenIs(t *testing.T) {
	w := newWorld(t)
	w.Services = logintest.Services{{ID: "orders", Key: serviceKey}, {ID: "stock", Key: serviceKey + "2"}}
	u := w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	if v, err := w.introspect(t.Context(), "orders", serviceKey, token); err != nil || v == nil || v.User.ID != u.ID {
		t.Errorf("got %+v, %v", v, err)
	}
	for name, c := range map[string]struct {
		id         string
		key, token login.Hidden
		want       login.Code
		// named is the service in the audit.
		named string
	}{
		"unknown service":       {"shop", serviceKey, token, login.InvalidClient, ""},
		"wrong key":             {"orders", serviceKey + "1", token, login.InvalidClient, "orders"},
		"another service's key": {"orders", serviceKey + "2", token, login.InvalidClient, "orders"},
		"no credential":         {"", "", token, login.InvalidClient, ""},
		"a key in its place":    {string(serviceKey), "orders", token, login.InvalidClient, ""},
		"no token":              {"orders", serviceKey, "", login.TokenMissing, ""},
	} {
		t.Run(name, func(t *testing.T) {
			trail := &login.Trail{}
			if v, err := w.introspect(login.WithTrail(t.Context(), trail), c.id, c.key, c.token); !errors.Is(err, c.want) || v != nil {
				t.Errorf("got %+v, %v", v, err)
			}
			if rejected := slices.Equal(trail.Events, []login.Event{login.EventServiceRejected}); rejected != (c.want == login.InvalidClient) || trail.Service != c.named {
				t.Errorf("noted %v of %q", trail.Events, trail.Service)
			}
		})
	}
	if err := w.Logout(t.Context(), w.Visit(token), false); err != nil {
		t.Fatal(err)
	}
	for name, dead := range map[string]login.Hidden{"ended": token, "not a token": "x"} {
		t.Run(name, func(t *testing.T) {
			if v, err := w.introspect(t.Context(), "orders", serviceKey, dead); err != nil || v != nil {
				t.Errorf("got %+v, %v; want none and no reason", v, err)
			}
		})
	}
	w.DB.Do(func(string) error { return login.Unavailable(errors.New("down")) })
	if v, err := w.introspect(t.Context(), "orders", serviceKey, token); !errors.Is(err, login.StoreUnavailable) || v != nil {
		t.Errorf("got %+v, %v; a store that is down says nothing of a token", v, err)
	}
}

const serviceKey login.Hidden = "0123456789012345678901234567890123456789012"

func TestNoServiceMayAskWhereNoneIsKnown(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	if _, err := w.introspect(t.Context(), "", "", w.Token("alice-2")); !errors.Is(err, login.InvalidClient) {
		t.Errorf("got %v", err)
	}
}
