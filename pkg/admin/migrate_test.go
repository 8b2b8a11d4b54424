package admin_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

const newApp = "wxtwo"

// moving is a world in which a mini-program moves, with somebody for each thing that can become of a user.
func moving(t *testing.T) (w *world, harry, found login.User) {
	w = newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	if _, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "bob-2", Username: "bob", Password: password}); err != nil {
		t.Fatal(err)
	}
	w.registered("dave-1")
	w.Bound("frank-1", "frank")
	if err := w.Admin().Disable(t.Context(), "frank"); err != nil {
		t.Fatal(err)
	}
	w.AddUser("nobody")
	// Harry has two users.
	harry, found = w.Bound("harry-1", "harry"), w.AddUser("found")
	if _, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "harry-2", Username: "found", Password: password}); err != nil {
		t.Fatal(err)
	}
	b, err := w.DB.BindingByOpenID(t.Context(), newApp, "o-harry")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.DB.NoteUnion(t.Context(), b, w.Vault.Held.Index("union", b.UnionID)); err != nil {
		t.Fatal(err)
	}
	w.WeChatDouble.NoUnionID = true
	w.Bound("carol-1", "carol")
	w.registered("erin-1")
	stale, trusted := w.registered("gina-1"), w.registered("ivan-1")
	for _, c := range []struct {
		user   login.User
		number string
		at     time.Time
	}{{stale, "+8613800138000", w.Clock().AddDate(0, 0, -61)}, {trusted, "+8613800138001", w.Clock()}} {
		p := w.Vault.Held.PhoneOf(c.number)
		p.VerifiedAt = c.at
		if err := w.DB.SetPhone(t.Context(), c.user.ID, p, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.WeChatDouble.NoUnionID = false
	app := w.Vault.Held.Apps[newApp]
	app.Policy = login.Policy{LinkUnionID: true, PhoneTrust: login.DefaultPhoneTrust, AcceptFrom: []string{appID}}
	w.Vault.Held.Apps[newApp] = app
	return w, harry, found
}

func (w *world) migrate(dryRun bool) (m admin.Migration, noted []login.Event) {
	w.Helper()
	noted = logintest.Events(w.T, func(ctx context.Context) {
		var err error
		if m, err = w.Admin().MigrateBindings(ctx, appID, w.Vault.Held.Apps[newApp], dryRun, nil); err != nil {
			w.Fatal(err)
		}
	})
	return m, noted
}

func TestMigrateBindings(t *testing.T) {
	w, harry, found := moving(t)
	plan, noted := w.migrate(true)
	if plan.Bound != 9 || plan.Present != 1 || plan.Ready != 2 || plan.NotAccepted != 0 || plan.Disabled != 1 || plan.NoUnionID != 4 || plan.NoWayIn != 2 || plan.Noted != 3 {
		t.Errorf("planned %+v", plan)
	}
	if len(plan.Conflicts) != 1 || plan.Conflicts[0].User.ID != harry.ID || plan.Conflicts[0].Found.ID != found.ID {
		t.Errorf("conflicts %+v", plan.Conflicts)
	}
	if u := w.user("u-alice"); len(u.Unions) != 0 || noted != nil {
		t.Errorf("a dry run has noted %v, %v", u.Unions, noted)
	}

	done, noted := w.migrate(false)
	if done.Ready != plan.Ready || done.Noted != plan.Noted || len(done.Conflicts) != 1 || !slices.Equal(noted, []login.Event{login.EventMigrate}) {
		t.Errorf("done %+v, noted %v", done, noted)
	}
	if again, noted := w.migrate(false); again.Noted != 0 || again.Ready != plan.Ready || len(again.Conflicts) != 1 || noted != nil {
		t.Errorf("once more %+v, noted %v", again, noted)
	}

	// What was counted is what happens.
	for person, want := range map[string]string{"alice": "u-alice", "frank": "", "harry": found.ID, "carol": ""} {
		checked, err := w.Check(t.Context(), otherApp, person+"-9")
		got := ""
		if err == nil && checked.Login != nil {
			got = checked.Login.User.ID
		}
		if got != want {
			t.Errorf("%s gets in as %q, want %q", person, got, want)
		}
	}
	if m, _ := w.migrate(true); m.Present != 2 || m.Ready != 1 {
		t.Errorf("after alice's launch: %+v", m)
	}
}

// Who registered in the former mini-program is let in only where that is accepted.
func TestMigrationNamesWhereUsersMustBeAcceptedFrom(t *testing.T) {
	w, _, _ := moving(t)
	app := w.Vault.Held.Apps[newApp]
	app.Policy.AcceptFrom = nil
	w.Vault.Held.Apps[newApp] = app
	m, _ := w.migrate(false)
	if m.Ready != 1 || m.NotAccepted != 1 || !slices.Equal(m.NotAcceptedFrom, []string{appID}) || m.NoWayIn != 3 {
		t.Errorf("got %+v", m)
	}
	if checked, err := w.Check(t.Context(), otherApp, "dave-9"); err != nil || checked.Login != nil {
		t.Errorf("dave gets in: %+v, %v", checked.Login, err)
	}
}

// Two users with one unionid who both are not found by it: a dry run says so, as the run itself will.
func TestDryRunSeesConflictsToCome(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	b, err := w.DB.BindingByOpenID(t.Context(), appID, "o-bob")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.DB.TouchBinding(t.Context(), login.Touch{AppID: appID, OpenID: b.OpenID, UnionID: "union-alice", SealedKey: "s", At: w.Clock().Add(1e9)}); err != nil {
		t.Fatal(err)
	}
	for _, dryRun := range []bool{true, false} {
		if m, _ := w.migrate(dryRun); m.Ready != 1 || m.Noted != 1 || len(m.Conflicts) != 1 {
			t.Errorf("dry run %v: %+v", dryRun, m)
		}
	}
}

// The unionid may have been noted in another mini-program, whose binding does not count once it is gone.
func TestMigrateBindingsNotesWhatAnotherBindingHasNoted(t *testing.T) {
	w := newWorld(t)
	app := w.Vault.Held.Apps[newApp]
	app.Policy = login.Policy{LinkUnionID: true}
	w.Vault.Held.Apps[newApp] = app
	w.Vault.Held.Apps["wxgone"] = login.App{ID: "wxgone", Secret: "secret"}
	w.WeChatDouble.NoUnionID = true
	u := w.Bound("alice-1", "alice")
	w.WeChatDouble.NoUnionID = false
	l, err := w.Bind(t.Context(), login.Caller{AppID: "wxgone"}, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	// WeChat has given the unionid here, too, but noting it has failed.
	w.DB.Do(logintest.Failing("NoteUnion"))
	w.Checked("alice-3")
	w.DB.Do(nil)
	if err := w.Unbind(t.Context(), login.Caller{AppID: "wxgone"}, w.Visit(l.Token), true, "alice-4"); err != nil {
		t.Fatal(err)
	}
	if m, _ := w.migrate(false); m.Noted != 1 || m.Ready != 1 {
		t.Errorf("%+v", m)
	}
	if checked, err := w.Check(t.Context(), otherApp, "alice-5"); err != nil || checked.Login == nil || checked.Login.User.ID != u.ID {
		t.Errorf("%+v, %v", checked.Login, err)
	}
}
