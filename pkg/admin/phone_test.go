package admin_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// registered is a user who has registered by themselves in the app of the world, and has neither username nor password.
func (w *world) registered(code string) login.User {
	w.Helper()
	app := w.Vault.Held.Apps[appID]
	app.Policy.Register = []login.Registration{login.RegisterAsk}
	w.Vault.Held.Apps[appID] = app
	opened, err := w.Register(w.Context(), logintest.Phone, code)
	if err != nil {
		w.Fatal(err)
	}
	return opened.User
}

func (w *world) user(id string) login.User {
	w.Helper()
	u, err := w.DB.Memory.UserByID(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return u
}

func TestAddUserWithAPhoneNumber(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	trail := &login.Trail{}
	u, err := a.Add(login.WithTrail(t.Context(), trail), admin.NewUser{Username: "alice", Password: password, Phone: " 138 0013-8000 "})
	if err != nil {
		t.Fatal(err)
	}
	want := w.Vault.Held.PhoneOf("+8613800138000")
	if got := w.user(u.ID).Phone; got != want || want.Index == "" || !got.VerifiedAt.IsZero() {
		t.Errorf("got %+v, want %+v, never verified", got, want)
	}
	if trail.Phone != want.Logged() || strings.Contains(trail.Phone, "1380") {
		t.Errorf("the audit has %q", trail.Phone)
	}
	for name, c := range map[string]struct {
		phone string
		want  error
	}{
		"another user's, in another form": {"+86 13800138000", login.ErrPhoneTaken},
		"no number":                       {"1.38E+10", login.PhoneInvalid},
		"a username":                      {"alice", login.PhoneInvalid},
	} {
		_, err := a.Add(t.Context(), admin.NewUser{Username: "bob", Password: password, Phone: c.phone})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if taken, ok := errors.AsType[*admin.PhoneTakenError](err); ok != errors.Is(c.want, login.ErrPhoneTaken) || ok && taken.By.ID != u.ID {
			t.Errorf("%s: %v does not say whose it is", name, err)
		}
	}
	if _, err := a.Add(t.Context(), admin.NewUser{Username: "bob", Password: password}); err != nil {
		t.Errorf("without a number: %v", err)
	}
}

// The secret is read for a phone number only: most commands have no right to read it.
func TestSecretIsReadForPhoneNumbersOnly(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	denied := errors.New("denied")
	a.Secret = func(context.Context) (*login.Secret, error) { return nil, denied }
	if _, err := a.Add(t.Context(), admin.NewUser{Username: "alice", Password: password}); err != nil {
		t.Error(err)
	}
	if _, err := a.SetPhone(t.Context(), "alice", ""); err != nil {
		t.Errorf("taking one away: %v", err)
	}
	if _, err := a.SetPhone(t.Context(), "alice", "13800138000"); !errors.Is(err, denied) {
		t.Errorf("got %v", err)
	}
	if _, err := a.Add(t.Context(), admin.NewUser{Username: "bob", Password: password, Phone: "nonsense"}); !errors.Is(err, login.PhoneInvalid) {
		t.Errorf("a bad number: %v", err)
	}
}

func TestPhoneNumbersNeedTheRightIndexKey(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.AddUser("bob")
	if _, err := w.Admin().SetPhone(t.Context(), "alice", "13800138000"); err != nil {
		t.Fatal(err)
	}
	w.Vault.Held = logintest.SecretWith("1")
	w.Vault.Held.IndexKey = ""
	if _, err := w.Admin().SetPhone(t.Context(), "bob", "13800138001"); !errors.Is(err, admin.ErrNoIndexKey) {
		t.Errorf("none: %v", err)
	}
	w.Vault.Held.IndexKey = login.Hidden(strings.Repeat("other", 9))
	if _, err := w.Admin().SetPhone(t.Context(), "bob", "13800138001"); !errors.Is(err, admin.ErrOtherIndexKey) {
		t.Errorf("another: %v", err)
	}
	if p := w.user("u-bob").Phone; p.Number != "" {
		t.Errorf("bob has %+v", p)
	}
}

func TestSetPhone(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	w.AddUser("bob")
	stranger := w.registered("carol-1")
	a := w.Admin()
	set := func(name, number string) (p login.Phone, noted []login.Event, err error) {
		noted = logintest.Events(t, func(ctx context.Context) { p, err = a.SetPhone(ctx, name, number) })
		return p, noted, err
	}
	if p, noted, err := set("ALICE", "13800138000"); err != nil || p.Number != "+8613800138000" || !slices.Equal(noted, []login.Event{login.EventPhoneSet}) {
		t.Fatalf("%+v, %v, noted %v", p, err, noted)
	}
	if _, noted, err := set("bob", "0086 138 0013 8000"); !errors.Is(err, login.ErrPhoneTaken) || !strings.Contains(err.Error(), `"alice" (u-alice)`) || noted != nil {
		t.Errorf("alice's: %v, noted %v", err, noted)
	}
	if _, _, err := set(stranger.ID, "13800138002"); err != nil || w.user(stranger.ID).Phone.Number != "+8613800138002" {
		t.Errorf("by the id of somebody without a username: %v", err)
	}
	if _, _, err := set("bob", "13800138002"); err == nil || !strings.HasSuffix(err.Error(), "that of "+stranger.ID) {
		t.Errorf("the number of somebody without a username: %v", err)
	}

	// What WeChat has confirmed stays so.
	confirmed := w.user("u-alice").Phone
	confirmed.VerifiedAt = w.Clock()
	if err := w.DB.SetPhone(t.Context(), "u-alice", confirmed, ""); err != nil {
		t.Fatal(err)
	}
	if p, noted, err := set("alice", "13800138000"); err != nil || p.VerifiedAt.IsZero() || noted != nil || !w.user("u-alice").Phone.VerifiedAt.Equal(w.Clock()) {
		t.Errorf("the same once more: %+v, %v, noted %v", p, err, noted)
	}
	if p, _, err := set("alice", "13800138009"); err != nil || !p.VerifiedAt.IsZero() || !w.user("u-alice").Phone.VerifiedAt.IsZero() {
		t.Errorf("another counts as confirmed: %+v, %v", p, err)
	}

	if _, noted, err := set("alice", ""); err != nil || w.user("u-alice").Phone.Number != "" || len(noted) != 1 {
		t.Errorf("none: %v, noted %v", err, noted)
	}
	if _, noted, err := set("alice", ""); err != nil || noted != nil {
		t.Errorf("none twice: %v, noted %v", err, noted)
	}
	if _, _, err := set("nobody", "13800138003"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("an unknown user: %v", err)
	}
	if _, err := w.DB.EnrollUser(t.Context(), login.Profile{ID: "1001", Username: "dave"}, w.Clock(), login.NewID()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := set("1001", "13800138003"); !errors.Is(err, admin.ErrPhoneNotHere) {
		t.Errorf("a directory's user: %v", err)
	}
}

func TestImportOfPhoneNumbers(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	a, _, _ := importer(w)
	if _, err := a.SetPhone(t.Context(), "alice", "13800138000"); err != nil {
		t.Fatal(err)
	}
	with := func(phone string) func(*admin.ImportRow) { return func(r *admin.ImportRow) { r.Phone = phone } }
	rows := func() []admin.ImportRow {
		return []admin.ImportRow{
			row(2, "bob", with("13800138001")), row(3, "carol", with("+86 138 0013 8001")), row(4, "dave", with("13800138000")),
			row(5, "erin", with("12")), row(6, "frank", with(" ")), row(7, "carol", with("13800138002")),
		}
	}
	done, bad, err := imports(t, a, rowsOf(rows()...))
	if err != nil || done.Added != 3 || done.Bad != 3 {
		t.Fatalf("%+v, %v, %v", done, bad, err)
	}
	for line, want := range map[int]string{3: "the phone number is in the file already, on line 2", 4: `that of "alice" (u-alice)`, 5: login.PhoneInvalid.Error()} {
		if bad[line] == nil || !strings.Contains(bad[line].Error(), want) {
			t.Errorf("line %d: %v, want %q", line, bad[line], want)
		}
	}
	id, err := w.DB.UserIDByName(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	bob := w.user(id)
	if bob.Phone != w.Vault.Held.PhoneOf("+8613800138001") {
		t.Errorf("bob has %+v", bob.Phone)
	}

	// Once more it finds them, whatever has become of their numbers.
	w.Pass(time.Hour)
	if _, err := w.Admin().SetPhone(t.Context(), "bob", "13800138009"); err != nil {
		t.Fatal(err)
	}
	if done, bad, err = imports(t, a, rowsOf(rows()...)); err != nil || done.Present != 3 || done.Added != 0 {
		t.Errorf("once more: %+v, %v, %v", done, bad, err)
	}
	// Who was imported without a number does not count as somebody with one.
	if done, bad, err = imports(t, a, rowsOf(row(2, "frank", with("13800138007")))); err != nil || !errors.Is(bad[2], login.ErrUsernameTaken) {
		t.Errorf("with a number that came later: %+v, %v, %v", done, bad, err)
	}
}

// Whoever sees an id must not be able to try phone numbers against it.
func TestIDOfAnImportDependsOnTheIndexKey(t *testing.T) {
	ids := map[string]bool{}
	for _, key := range []string{"index", "other"} {
		w := newWorld(t)
		w.Vault.Held.IndexKey = login.Hidden(strings.Repeat(key, 9))
		a, _, _ := importer(w)
		r := row(2, "bob")
		r.Phone = "13800138001"
		if _, bad, err := imports(t, a, rowsOf(r)); err != nil || len(bad) != 0 {
			t.Fatal(bad, err)
		}
		id, err := w.DB.UserIDByName(t.Context(), "bob")
		if err != nil {
			t.Fatal(err)
		}
		ids[id] = true
	}
	if len(ids) != 2 {
		t.Error("the number itself is in the id")
	}
}

func TestImportStopsAtANumberThatCannotBeStored(t *testing.T) {
	w := newWorld(t)
	w.Vault.Held.IndexKey = ""
	a, _, _ := importer(w)
	r := row(3, "bob")
	r.Phone = "13800138001"
	if done, bad, err := imports(t, a, rowsOf(row(2, "alice"), r)); !errors.Is(err, admin.ErrNoIndexKey) || done.Rows() != 0 {
		t.Errorf("%+v, %v, %v", done, bad, err)
	}
}

func TestWhoHasNoUsernameGetsNoPassword(t *testing.T) {
	w := newWorld(t)
	u := w.registered("carol-1")
	if err := w.Admin().SetPassword(t.Context(), u.ID, "another one"); !errors.Is(err, admin.ErrNoUsername) {
		t.Errorf("got %v", err)
	}
	if err := w.Admin().Disable(t.Context(), u.ID); err != nil || !w.user(u.ID).Disabled {
		t.Errorf("disabled by the id: %v", err)
	}
}

// People choose usernames themselves. One that is another's id must not lead an administrator's command away.
func TestIDGoesBeforeAUsername(t *testing.T) {
	w := newWorld(t)
	victim := w.registered("carol-1")
	w.AddUser(victim.ID) // whose id is another
	if u, err := w.Admin().User(t.Context(), victim.ID); err != nil || u.ID != victim.ID {
		t.Errorf("got %+v, %v", u, err)
	}
	if u, err := w.Admin().User(t.Context(), "u-"+victim.ID); err != nil || u.Username != victim.ID {
		t.Errorf("the other by the id: %+v, %v", u, err)
	}
}

// Who was removed is not fetched back by a unionid or a launch.
func TestRemovedBindingLeavesATombstone(t *testing.T) {
	w := newWorld(t)
	w.registered("carol-1")
	app := w.Vault.Held.Apps[appID]
	app.Policy = login.Policy{Register: []login.Registration{login.RegisterLaunch}, LinkUnionID: true}
	w.Vault.Held.Apps[appID] = app
	u := w.Checked("carol-2").Login.User
	if _, err := w.Admin().RemoveBindings(t.Context(), u.ID, appID); err != nil {
		t.Fatal(err)
	}
	if checked := w.Checked("carol-3"); checked.Login != nil {
		t.Errorf("fetched back: %+v", checked.Login)
	}
}
