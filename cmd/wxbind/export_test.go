package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// people stores one user of each kind, and returns their ids.
func people(t *testing.T, folder string) []string {
	t.Helper()
	for _, args := range []string{"user add alice --name 爱丽丝 --role demo --phone 13800138000", "user add bob --temporary", "user add carol", "user disable carol"} {
		if status, _, said := command(t, "a good password\n", append(strings.Fields(args), "--data", folder)...); status != 0 && !strings.Contains(args, "--temporary") {
			t.Fatal(args, said)
		}
	}
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ids := []string{registerIn(t, store, demoApp)}
	for _, name := range []string{"alice", "carol"} {
		id, err := store.UserIDByName(t.Context(), name)
		must(err)
		ids = append(ids, id)
	}
	key, err := sealKeyOf(folder)
	must(err)
	secret := &login.Secret{IndexKey: key.IndexKey()}
	phone := secret.PhoneOf("+8613800138000")
	phone.VerifiedAt = login.Clock(nil).Add(-time.Hour)
	phone.AppID = demoApp
	must(store.SetPhone(t.Context(), ids[1], login.Phone{}, "")) // the one that an administrator has set
	must(store.SetPhone(t.Context(), ids[1], phone, ""))
	given := login.Given{AppID: otherDemoApp, At: login.Clock(nil).Add(-time.Hour)}
	name, picture, none := "爱丽丝本人", "https://img.example.com/a.png?v=1&w=2", ""
	must(store.ChangeUser(t.Context(), ids[1], login.UserChange{Avatar: &picture, Given: given}))
	given.AppID = demoApp
	must(store.ChangeUser(t.Context(), ids[1], login.UserChange{Name: &name, Given: given}))
	must(store.ChangeUser(t.Context(), ids[0], login.UserChange{Name: &name, Avatar: &none, Given: given})) // who has removed their picture
	must(store.ChangeUser(t.Context(), ids[2], login.UserChange{Avatar: &picture}))                         // which somebody else has set
	temporary := login.NewPassword("$2b$10$abcdefghijklmnopqrstuuVWXYZ0123456789ABCDEFGHIJKLMNOP")
	temporary.TemporaryUntil = login.Clock(nil).Add(time.Hour)
	dave := login.User{ID: "an id of its own", Username: "dave", Name: "Dave", Epoch: "e", CreatedAt: login.Clock(nil)}
	must(store.AddUser(t.Context(), dave, temporary))
	_, err = store.EnrollUser(t.Context(), login.Profile{ID: "员工 17", Username: "Alice", Name: "A", Avatar: picture, Roles: []string{"demo", "only the directory's"}}, login.Clock(nil), "e")
	must(err)
	must(store.ChangeUser(t.Context(), dave.ID, login.UserChange{Roles: &[]string{"a deleted one"}}))
	ids = append(ids, dave.ID, "员工 17")
	for n, id := range ids {
		b := login.Binding{
			ID: login.NewID(), AppID: otherDemoApp, OpenID: wechattest.OpenID(otherDemoApp, "person"+string(rune('0'+n))), UserID: id, SealedKey: "1.MARK",
			UnionID: wechattest.UnionID("person" + string(rune('0'+n))), BoundAt: login.Clock(nil), LastLoginAt: login.Clock(nil),
		}
		taken, err := store.AddBindings(t.Context(), []login.Binding{b})
		must(err)
		if taken[0].Cause != nil {
			t.Fatal(taken[0].Cause)
		}
	}
	return ids
}

// moved is what must survive a move of a user.
type movedUser struct {
	User     login.User
	Password login.Password
	Bindings map[string]login.Binding
}

func usersOf(t *testing.T, store login.AdminStore, ids []string) map[string]movedUser {
	t.Helper()
	all := map[string]movedUser{}
	for _, id := range ids {
		u, p, err := store.UserWithPassword(t.Context(), id)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		m := movedUser{User: u, Password: p, Bindings: map[string]login.Binding{}}
		for app, note := range u.Apps {
			b, err := store.BindingByOpenID(t.Context(), app, note.OpenID)
			if err != nil {
				t.Fatal(err)
			}
			b.ID, b.Epoch, b.SealedKey, b.Sessions, b.Index, b.Union = "", "", "", nil, "", ""
			m.Bindings[app] = b
		}
		// What is another one in another store: ids of what lives here alone, and indexes under its key.
		m.User.Epoch, m.User.PasswordID, m.User.Apps, m.User.Unions, m.User.Phone.Index, m.Password.ID = "", "", nil, nil, "", ""
		if len(m.User.Roles) == 0 {
			m.User.Roles = nil
		}
		all[id] = m
	}
	return all
}

// A store moves to DynamoDB and back, and everybody is as they were.
func TestAStoreMoves(t *testing.T) {
	folder := data(t)
	ids := people(t, folder)
	open := func(folder string) *sqlitestore.Store {
		t.Helper()
		store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	want := usersOf(t, open(folder), ids)
	cloud := phoneStack(t, `{"defaultApp":"`+demoApp+`","apps":{"`+demoApp+`":{"appSecret":"S3CRETa"},"`+otherDemoApp+`":{"appSecret":"S3CRETb"}},`+
		`"sealKeys":[{"id":"1","key":"`+testSealKey+`"}],"indexKey":"`+testIndexKey+`"}`)
	work, last := t.TempDir(), filepath.Join(t.TempDir(), "data")
	startServer(t, last).interrupt()
	if status, _, said := command(t, "", "user", "delete", "demo", "--yes", "--data", last); status != 0 {
		t.Fatal(said)
	}
	move := func(dir string, from, to []string) {
		t.Helper()
		dir = filepath.Join(work, dir)
		status, out, said := command(t, "", append([]string{"export", dir}, from...)...)
		if status != 0 || !strings.Contains(out, "exported 7 users, 1 roles and 6 bindings to "+dir) || !strings.Contains(said, `"event":"store_export"`) {
			t.Fatalf("status %d: %s%s", status, out, said)
		}
		for _, args := range [][]string{
			{"role", "set", filepath.Join(dir, exportedRoles)}, {"user", "import", filepath.Join(dir, exportedUsers)},
			{"binding", "import", filepath.Join(dir, exportedBindings)}, {"user", "import", filepath.Join(dir, exportedUsers)},
		} {
			if status, out, said := command(t, "", append(args, to...)...); status != 0 {
				t.Fatalf("%v: %s%s", args, out, said)
			}
		}
	}
	stack := []string{"--stack", "wxbind-dev"}
	move("to-the-cloud", []string{"--data", folder}, stack)
	if got := usersOf(t, cloud, ids); !reflect.DeepEqual(got, want) {
		t.Errorf("in the cloud\n got %+v\nwant %+v", got, want)
	}
	move("and-back", stack, []string{"--data", last})
	if got := usersOf(t, open(last), ids); !reflect.DeepEqual(got, want) {
		t.Errorf("back\n got %+v\nwant %+v", got, want)
	}
	if u := want[ids[1]].User; u.NameGiven.AppID != demoApp || u.AvatarGiven.AppID != otherDemoApp || u.Avatar == "" || u.Phone.AppID != demoApp {
		t.Errorf("what alice has given was not compared: %+v", u)
	}
	s := startServerWith(t, []string{"--data", last, "--secret-file", secretFile(t, `{"defaultApp":"`+demoApp+`","apps":{"`+demoApp+
		`":{"appSecret":"MARKone","linkUnionId":true},"`+otherDemoApp+`":{"appSecret":"MARKtwo"}}}`)})
	alice, dave := ids[1], ids[3]
	if a := s.tap("new-1", demoApp, "phone-13800138000-1"); userOf(a) != alice {
		t.Errorf("alice's phone number: %v", a)
	}
	if a := s.launch("person3-1", demoApp); userOf(a) != dave || a["linked"] != true {
		t.Errorf("dave's unionid: %v", a)
	}
	if a := s.post("bind", "new-2", demoApp, map[string]string{"username": "alice", "password": "a good password"}); userOf(a) != alice {
		t.Errorf("alice's password: %v", a)
	}
	if a := s.do(s.url+"/mobileApi/user/checkBind?code=person1-1&appId="+otherDemoApp, ""); a["code"] != 1.0 {
		t.Errorf("alice's launch: %v", a)
	}
	if a := s.do(s.url+"/mobileApi/user/checkBind?code=person2-1&appId="+otherDemoApp, ""); a["token"] != nil {
		t.Errorf("carol's launch: %v", a)
	}
}

func TestAnExportIsForItsOwnerAndReplacesNothing(t *testing.T) {
	folder, work := data(t), t.TempDir()
	dir := filepath.Join(work, "out")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if status, out, said := command(t, "", "export", dir, "--json", "--data", folder); status != 0 || !strings.Contains(out, `"users":1,"roles":1,"bindings":0`) {
		t.Fatalf("%s%s", out, said)
	}
	for path, mode := range map[string]os.FileMode{"": 0o700, exportedUsers: 0o600, exportedRoles: 0o600, exportedBindings: 0o600} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if status, out, said := command(t, "", "export", dir, "--data", folder); status != 1 || out != "" || !strings.Contains(said, "is not empty") {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	if left, err := filepath.Glob(filepath.Join(work, "*.partial-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}
