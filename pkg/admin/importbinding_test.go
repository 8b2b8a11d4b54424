package admin_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func bindingsOf(rows ...admin.BindingRow) iter.Seq2[admin.BindingRow, error] {
	return func(yield func(admin.BindingRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// importsBindings runs an import and gives the bad rows by line.
func importsBindings(t *testing.T, a *admin.Service, rows iter.Seq2[admin.BindingRow, error]) (done admin.Imported, bad map[int]*admin.BadRow, err error) {
	t.Helper()
	bad = map[int]*admin.BadRow{}
	done, err = a.ImportBindings(t.Context(), rows, admin.ImportWatcher{
		Bad:      func(b *admin.BadRow) { bad[b.Line] = b },
		Progress: func(admin.Imported) {},
	})
	return done, bad, err
}

func TestAnImportedBindingLogsIn(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	const openID = "o-phone"
	done, bad, err := importsBindings(t, w.Admin(), bindingsOf(admin.BindingRow{Line: 2, AppID: appID, OpenID: openID, Username: "Alice"}))
	if err != nil || len(bad) != 0 || done != (admin.Imported{Added: 1}) {
		t.Fatalf("%+v, %v, %v", done, bad, err)
	}
	if got := w.Checked("phone-1"); got.Login == nil || got.Login.User.ID != u.ID {
		t.Errorf("the launch gives %+v", got)
	}
	b, err := w.DB.BindingByOpenID(t.Context(), appID, openID)
	if err != nil || b.Index != w.Vault.Held.IdentityIndex(appID, openID) || b.SealedKey == "" {
		t.Errorf("the binding is %+v, %v", b, err)
	}
}

func TestImportOfBindingsNamesWhatIsInTheWay(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.Bound("alice-1", "alice"), w.AddUser("bob")
	w.AddUser("carol")
	a := w.Admin()
	if err := a.Disable(t.Context(), "carol"); err != nil {
		t.Fatal(err)
	}
	bound, err := a.User(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	hers := bound.Apps[appID].OpenID
	row := func(openID string, change func(*admin.BindingRow)) admin.BindingRow {
		r := admin.BindingRow{AppID: appID, OpenID: openID, UserID: bob.ID}
		if change != nil {
			change(&r)
		}
		return r
	}
	user := func(id, username string) func(*admin.BindingRow) {
		return func(r *admin.BindingRow) { r.UserID, r.Username = id, username }
	}
	in := func(app string) func(*admin.BindingRow) { return func(r *admin.BindingRow) { r.AppID = app } }
	union := func(app, unionID, username string) func(*admin.BindingRow) {
		return func(r *admin.BindingRow) { r.AppID, r.UnionID, r.UserID, r.Username = app, unionID, "", username }
	}
	cases := []struct {
		name  string
		row   admin.BindingRow
		cause error // nil for a good row
		says  string
	}{
		{"by the id", row("o1", nil), nil, ""},
		{"a disabled user, by the username in another form", row("o2", user("", "CAROL")), nil, ""},
		{"the openid again", row("o1", nil), admin.ErrOpenIDRepeated, "the openid is in the file already, on line 2"},
		{"the same openid in another mini-program", row("o1", union(otherApp.AppID, "u1", "bob")), nil, ""},
		{"it stands already", row(hers, user(alice.ID, "alice")), nil, ""},
		{"another openid of a user", row("o3", nil), login.UserBound, `"bob" (` + bob.ID + `) is bound to another openid in this mini-program: o1`},
		{"an unknown user", row("o5", user("", "nobody")), login.ErrUserNotFound, ""},
		{"an unknown id", row("o6", user("nobody", "")), login.ErrUserNotFound, ""},
		{"no user", row("o7", user("", "")), admin.ErrNoUserNamed, ""},
		{"two users", row("o9", user(alice.ID, "bob")), admin.ErrOtherUser, ""},
		{"an id without end", row("o10", user(strings.Repeat("i", 3000), "")), login.ErrUserNotFound, ""},
		{"an unknown mini-program", row("o11", in("wxffffffffffffffff")), admin.ErrAppUnknown, `"wxffffffffffffffff"`},
		{"no mini-program", row("o12", in("")), admin.ErrAppUnknown, ""},
		{"no openid", row("", nil), admin.ErrOpenIDInvalid, ""},
		{"no form of an openid", row("o 1", nil), admin.ErrOpenIDInvalid, ""},
		{"no form of a unionid", row("o13", union(appID, "微信", "carol")), admin.ErrUnionIDInvalid, ""},
		{"another's unionid", row("o14", union(otherApp.AppID, "u1", "carol")), login.ErrUnionTaken, `the unionid is that of "bob" (` + bob.ID + `)`},
		{"the user of bad rows before", row("o15", union(otherApp.AppID, "", "carol")), nil, ""},
	}
	var rows []admin.BindingRow
	for at, c := range cases {
		c.row.Line = at + 2
		rows = append(rows, c.row)
	}
	done, bad, err := importsBindings(t, a, bindingsOf(rows...))
	if err != nil || done != (admin.Imported{Added: 4, Present: 1, Bad: len(cases) - 5}) {
		t.Errorf("%+v, %v", done, err)
	}
	for at, c := range cases {
		got := bad[at+2]
		switch {
		case c.cause == nil && got != nil:
			t.Errorf("%s: %v", c.name, got)
		case c.cause == nil:
		case got == nil || !errors.Is(got, c.cause) || !strings.Contains(got.Error(), c.says) || got.OpenID != c.row.OpenID:
			t.Errorf("%s: %v", c.name, got)
		}
	}
	stolen := admin.BindingRow{Line: 9, AppID: appID, OpenID: hers, Username: "bob"}
	_, bad, err = importsBindings(t, a, bindingsOf(stolen))
	if err != nil || !errors.Is(bad[9], login.IdentityBound) || !strings.Contains(bad[9].Error(), `bound to "alice" (`+alice.ID+`)`) {
		t.Errorf("another's openid: %v, %v", bad, err)
	}
	if u, err := a.User(t.Context(), "carol"); err != nil || !u.Disabled || len(u.Apps) != 2 {
		t.Errorf("carol is %+v, %v", u, err)
	}
}

// What no index is made of cannot be found by one, and what an import cannot know it does not write.
func TestImportOfBindingsAndTheIndexKey(t *testing.T) {
	rows := bindingsOf(admin.BindingRow{Line: 2, AppID: appID, OpenID: "o1", UnionID: "u1", Username: "alice", BoundAt: time.Now().Add(time.Hour)})
	for name, key := range map[string]login.Hidden{"with an index key": login.Hidden(strings.Repeat("k", 43)), "without one": ""} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			alice := w.AddUser("alice")
			w.Vault.Held = logintest.SecretWith("1")
			w.Vault.Held.IndexKey = key
			if _, bad, err := importsBindings(t, w.Admin(), rows); err != nil || len(bad) > 0 {
				t.Fatal(bad, err)
			}
			b, err := w.DB.BindingByOpenID(t.Context(), appID, "o1")
			if err != nil || b.UnionID != "u1" || b.Union != w.Vault.Held.Index("union", "u1") || b.BoundAt.After(w.Clock()) || !b.LastLoginAt.Equal(b.BoundAt) {
				t.Errorf("the binding is %+v, %v", b, err)
			}
			owner, err := w.DB.OwnerOfUnion(t.Context(), w.Vault.Held.Index("union", "u1"))
			if found := err == nil && owner.UserID == alice.ID; found != (key != "") {
				t.Errorf("the unionid leads to %+v, %v", owner, err)
			}
		})
	}
	w := newWorld(t)
	a := w.Admin()
	a.Secret = nil
	if _, _, err := importsBindings(t, a, rows); !errors.Is(err, admin.ErrNoIndexKey) {
		t.Errorf("without a secret: %v", err)
	}
}

func TestAFileOfAnotherMiniProgramStopsAtItsFirstRow(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	done, bad, err := importsBindings(t, w.Admin(), bindingsOf(
		admin.BindingRow{Line: 2, AppID: "wxffffffffffffffff", OpenID: "o1", Username: "alice"},
		admin.BindingRow{Line: 3, AppID: appID, OpenID: "o1", Username: "alice"}))
	unknown, ok := errors.AsType[*admin.UnknownAppError](err)
	if !ok || unknown.AppID != "wxffffffffffffffff" || !slices.Contains(unknown.Known, appID) || len(bad) != 0 || done != (admin.Imported{}) {
		t.Errorf("%+v, %v, %v", done, bad, err)
	}
}

// lossy loses the answer of a call of AddBindings.
type lossy struct {
	*logintest.Store
	calls, limit int
	rows         []int
}

func (l *lossy) AddBindings(ctx context.Context, bindings []login.Binding) ([]login.Taken, error) {
	l.rows = append(l.rows, len(bindings))
	taken, err := l.Store.AddBindings(ctx, bindings)
	if l.calls++; l.limit > 0 && l.calls > l.limit {
		return nil, login.Unavailable(errors.New("the answer is lost"))
	}
	return taken, err
}

func TestImportOfBindingsGoesOnAfterItBrokeOff(t *testing.T) {
	w := newWorld(t)
	const n = 4200
	var rows []admin.BindingRow
	for i := range n {
		name := fmt.Sprintf("u%d", i)
		if err := w.DB.AddUser(t.Context(), login.User{ID: "id-" + name, Username: name, Epoch: "e"}, login.Password{}); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, admin.BindingRow{Line: i + 2, AppID: appID, OpenID: "o-" + name, Username: name})
	}
	a, store := w.Admin(), &lossy{Store: w.DB, limit: 1}
	a.Store = store
	noted := logintest.Events(t, func(ctx context.Context) {
		done, err := a.ImportBindings(ctx, bindingsOf(rows...), admin.ImportWatcher{Bad: func(*admin.BadRow) {}, Progress: func(admin.Imported) {}})
		if !errors.Is(err, login.StoreUnavailable) || done != (admin.Imported{Added: 2000}) {
			t.Errorf("%+v, %v", done, err)
		}
	})
	if !slices.Equal(noted, []login.Event{login.EventBindingImport}) {
		t.Errorf("noted %v", noted)
	}
	store.limit, store.rows = 0, nil
	done, bad, err := importsBindings(t, a, bindingsOf(rows...))
	if err != nil || len(bad) > 0 || done != (admin.Imported{Added: 200, Present: 4000}) || !slices.Equal(store.rows, []int{2000, 2000, 200}) {
		t.Errorf("%+v, %v, %v; calls %v", done, bad, err, store.rows)
	}
}
