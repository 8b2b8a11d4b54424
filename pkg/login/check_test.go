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

func TestCheckTellsWhoIsNotBound(t *testing.T) {
	w := newWorld(t)
	checked, err := w.CheckCode("alice-1")
	if err != nil || checked.Login != nil || checked.OpenID != "o-alice" {
		t.Fatalf("got %+v, %v; want alice's openid and no login", checked, err)
	}
}

func TestCheckLogsInWhoIsBound(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	w.Pass(time.Hour + 123456*time.Nanosecond) // stores keep milliseconds
	checked, err := w.CheckCode("alice-2")
	if err != nil || checked.Login == nil {
		t.Fatalf("got %+v, %v; want a login", checked, err)
	}
	if checked.Login.User.ID != u.ID {
		t.Errorf("logged in as %s, want %s", checked.Login.User.ID, u.ID)
	}
	if want := w.Clock().Truncate(time.Millisecond).Add(login.IdleLife); !checked.Login.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", checked.Login.ExpiresAt, want)
	}
	if why := w.Dead(checked.Login.Token); why != "" {
		t.Errorf("the session is dead: %s", why)
	}
}

func TestLoginRefreshesTheBinding(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Pass(time.Hour)
	w.must(w.CheckCode("alice-2"))
	b, err := w.DB.TouchBinding(t.Context(), login.Touch{AppID: appID, OpenID: "o-alice"}) // too old to change anything
	if err != nil || b.UnionID != "union-alice" || b.UserID != "u-alice" || !b.LastLoginAt.Equal(w.Clock()) {
		t.Fatalf("got %+v, %v", b, err)
	}
}

func TestSessionKeyIsStoredSealedAndOpensOnlyInItsPlace(t *testing.T) {
	w := newWorld(t)
	var touched login.Touch
	spy := &touchSpy{Store: w.DB, touched: &touched}
	w.Store = spy
	w.Bound("alice-1", "alice")
	w.must(w.CheckCode("alice-2"))
	plain, err := w.Vault.Held.Open(touched.SealedKey, "session_key", appID, "o-alice")
	if err != nil || string(plain) != "key of alice-2" {
		t.Fatalf("got %q, %v; want the session_key of the newest code", plain, err)
	}
	if _, err := w.Vault.Held.Open(touched.SealedKey, "session_key", appID, "o-bob"); !errors.Is(err, login.ErrSealBroken) {
		t.Errorf("it opens for bob: %v", err)
	}
}

func TestOneMiniProgramPerRequest(t *testing.T) {
	for name, c := range map[string]struct {
		caller login.Caller
		want   string
	}{
		"named":                          {login.Caller{AppID: "wxtwo"}, "wxtwo"},
		"named before the Referer":       {login.Caller{AppID: "wxtwo", RefererAppID: appID}, "wxtwo"},
		"by the Referer":                 {login.Caller{RefererAppID: "wxtwo"}, "wxtwo"},
		"unknown in the Referer, a hint": {login.Caller{RefererAppID: "wxother"}, appID},
		"the devtools' test appid":       {login.Caller{RefererAppID: "touristappid"}, appID},
		"neither, then the default":      {login.Caller{}, appID},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			checked, err := w.Check(t.Context(), c.caller, "alice-1")
			if err != nil || checked.AppID != c.want {
				t.Errorf("got %q, %v; want %q", checked.AppID, err, c.want)
			}
		})
	}
}

func TestDisabledUserCannotLogInThroughWeChat(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	if err := w.DB.DisableUser(t.Context(), u.ID, login.NewID()); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Second)
	if _, err := w.CheckCode("alice-2"); !errors.Is(err, login.UserDisabled) {
		t.Errorf("got %v, want user_disabled", err)
	}
}

// Whatever ends a login's right to a session while it is under way: the session
// that it leaves behind is dead, and no answer calls it a login. Where only the
// sessions of before have ended, the login goes on as one that comes afterwards.
func TestLoginInFlight(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, u login.User) error
		want      error
		goesOn    bool
	}{
		"user disabled":           {func(w *world, u login.User) error { return w.DB.DisableUser(w.Context(), u.ID, login.NewID()) }, login.UserDisabled, false},
		"logged out everywhere":   {func(w *world, u login.User) error { return w.DB.LogoutUser(w.Context(), u.ID, login.NewID()) }, nil, true},
		"binding removed":         {(*world).unbind, nil, false},
		"disabled and re-enabled": {(*world).disableAndEnable, nil, true},
	} {
		for _, step := range []string{"BindingByOpenID", "Enter"} {
			t.Run(name+" before "+step, func(t *testing.T) {
				w := newWorld(t)
				u := w.Bound("alice-1", "alice")
				w.Pass(time.Second)
				before := w.sessions(u.ID)
				done := false
				w.DB.Do(func(op string) error {
					if op != step || done {
						return nil
					}
					done = true
					w.Pass(time.Second)
					defer w.Pass(time.Second)
					return c.meanwhile(w, u)
				})
				checked, err := w.CheckCode("alice-2")
				w.DB.Do(nil)
				answered := checked.Login != nil
				if !errors.Is(err, c.want) || answered != c.goesOn {
					t.Errorf("got %+v, %v; want a login: %t, and %v", checked, err, c.goesOn, c.want)
				}
				if c.goesOn {
					if answered {
						w.Visit(checked.Login.Token)
					}
					return
				}
				for _, s := range w.sessions(u.ID) {
					if slices.ContainsFunc(before, func(b login.Session) bool { return b.TokenHash == s.TokenHash }) {
						continue
					}
					user, err := w.DB.UserByID(t.Context(), u.ID)
					if why := s.Dead(user, w.Clock()); err != nil || why == "" {
						t.Errorf("a live session is left behind (%v)", err)
					}
				}
			})
		}
	}
}

// A repeat brings back an older session_key than a login in between has brought.
func TestRepeatKeepsTheNewerSessionKey(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	for _, code := range []string{"alice-2", "alice-3", "alice-2"} {
		w.Pass(time.Second)
		w.must(w.CheckCode(code))
	}
	b, err := w.DB.TouchBinding(t.Context(), login.Touch{AppID: appID, OpenID: "o-alice"})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := w.Vault.Held.Open(b.SealedKey, "session_key", appID, "o-alice")
	if err != nil || string(plain) != "key of alice-3" {
		t.Errorf("got %q, %v", plain, err)
	}
}

// A user who is gone by the time that the binding has been touched is bound to nobody.
func TestUserWhoIsGoneIsNotBound(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.DB.Do(func(op string) error {
		if op == "Enter" {
			return login.ErrUserNotFound
		}
		return nil
	})
	if checked, err := w.CheckCode("alice-2"); err != nil || checked.Login != nil || checked.OpenID != "o-alice" {
		t.Errorf("got %+v, %v", checked, err)
	}
}

func TestMenusAreThoseOfTheUsersRoles(t *testing.T) {
	w := newWorld(t)
	menu := func(id string, children ...login.Menu) login.Menu {
		return login.Menu{ID: id, Name: "menu " + id, Children: children}
	}
	for _, r := range []login.Role{
		{Name: "clerk", Menus: []login.Menu{menu("orders", menu("list"))}},
		{Name: "boss", Menus: []login.Menu{menu("orders", menu("list"), menu("delete")), menu("staff")}},
	} {
		if err := w.DB.PutRole(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	u := login.User{ID: "u-1", Username: "alice", Roles: []string{"clerk", "boss", "gone"}, Apps: map[string]login.UserApp{}}
	if err := w.DB.AddUser(t.Context(), u, login.NewPassword("plain:"+password)); err != nil {
		t.Fatal(err)
	}
	opened, err := w.BindUser("alice-1", "alice", password)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range opened.Menus {
		ids = append(ids, m.ID)
		if m.Children == nil {
			t.Errorf("the children of %s are null, not a list", m.ID)
		}
		for _, c := range m.Children {
			ids = append(ids, m.ID+"/"+c.ID)
		}
	}
	want := []string{"orders", "orders/list", "orders/delete", "staff"}
	if !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
	// The roles are cached, and the merge must not have changed what is cached.
	again, err := w.BindUser("alice-2", "alice", password)
	if err != nil || len(again.Menus) != 2 || len(again.Menus[0].Children) != 2 {
		t.Errorf("the second time: %+v, %v", again, err)
	}
}

func TestExchangeSaysWhetherBoundAndOpensNoSession(t *testing.T) {
	w := newWorld(t)
	e, err := w.Code2Session(t.Context(), phone, "alice-1")
	if err != nil || e.Bound || e.OpenID != "o-alice" || e.UnionID != "union-alice" {
		t.Errorf("before: %+v, %v", e, err)
	}
	u := w.Bound("alice-2", "alice")
	before := len(w.sessions(u.ID))
	e, err = w.Code2Session(t.Context(), phone, "alice-3")
	if err != nil || !e.Bound {
		t.Errorf("after: %+v, %v", e, err)
	}
	if got := len(w.sessions(u.ID)); got != before {
		t.Errorf("%d sessions, want %d", got, before)
	}
}

func TestStoreDownIsNoDecision(t *testing.T) {
	for _, op := range []string{"BindingByOpenID", "Enter", "MenusByRole"} {
		t.Run(op, func(t *testing.T) {
			w := newWorld(t)
			w.boundWithRole("alice-1", "alice")
			w.Pass(2 * time.Minute)
			w.DB.Do(logintest.Failing(op))
			if _, err := w.CheckCode("alice-2"); !errors.Is(err, login.StoreUnavailable) {
				t.Errorf("got %v, want store_unavailable", err)
			}
		})
	}
	down := login.Unavailable(errors.New("down"))
	for name, opened := range map[string]login.Opened{
		"the record":     {Recorded: down},
		"what it tidies": {Untidy: down},
	} {
		t.Run("but a login survives the loss of "+name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-0", "alice")
			w.Store = untidy{w.DB, opened}
			trail := w.TrailOf(func(ctx context.Context) {
				if checked, err := w.Check(ctx, phone, "alice-1"); err != nil || checked.Login == nil {
					t.Errorf("got %+v, %v", checked, err)
				}
			})
			if len(trail.Lapses) == 0 {
				t.Error("the operator is not told")
			}
		})
	}
}

// untidy says of what it stores that something was lost.
type untidy struct {
	login.Store
	lost login.Opened
}

func (l untidy) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	opened, err := l.Store.Enter(ctx, o)
	opened.Recorded, opened.Untidy = l.lost.Recorded, l.lost.Untidy
	return opened, err
}

func (w *world) sessions(userID string) []login.Session {
	w.Helper()
	all, err := w.DB.Memory.SessionsOfUser(w.Context(), userID)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

func (w *world) unbind(u login.User) error {
	stored, err := w.DB.Memory.UserByID(w.Context(), u.ID)
	if err != nil {
		return err
	}
	app := stored.Apps[appID]
	return w.DB.Unbind(w.Context(), login.Binding{ID: app.BindingID, AppID: appID, OpenID: app.OpenID, UserID: u.ID}, false)
}

func (w *world) disableAndEnable(u login.User) error {
	return errors.Join(w.DB.DisableUser(w.Context(), u.ID, login.NewID()), w.DB.EnableUser(w.Context(), u.ID))
}
