package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestPhoneCommands(t *testing.T) {
	folder := data(t)
	for i, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"user add alice --phone +86-138-0013-8000", 0, "added alice"},
		{"user add bob --phone 13800138000", 1, `wxbind: the phone number is that of "alice" (`},
		{"user add bob --phone 1380013800", 1, "wxbind: that is no phone number: write it as +8613800138000, or 13800138000"},
		{"user add bob", 0, "added bob"},
		{"user set BOB --phone 13800138000", 1, `wxbind: the phone number is that of "alice" (`},
		{"user set BOB --phone 13800138001", 0, "bob has the phone number +86138****8001, which WeChat has not confirmed\n"},
		{"user set bob --phone None", 1, "that is no phone number"},
		{"user set bob", 2, "--phone"},
		{"user set nobody --phone 13800138002", 1, "no such user"},
		{"user set alice --phone none", 0, "alice has no phone number now\n"},
		{"user set bob --phone 13800138000", 0, "+86138****8000"},
		{"user show bob", 0, "phone     +86138****8000, not confirmed by WeChat\n"},
		{"user list", 0, "+86138****8000"},
	} {
		status, out, said := command(t, "a good password\n", append(strings.Fields(c.args), "--data", folder)...)
		if status != c.status || !strings.Contains(out+said, c.want) || strings.Contains(out+said, "13800138000\"") {
			t.Errorf("%d: wxbind %s: status %d: %s%s", i, c.args, status, out, said)
		}
		if status == 1 && (strings.Count(said, "\n") != 1 || out != "") {
			t.Errorf("%d: wxbind %s: not one sentence: %s", i, c.args, said)
		}
	}
	// Programs get the number.
	_, out, _ := command(t, "", "user", "show", "bob", "--json", "--data", folder)
	if !strings.Contains(out, `"phone":"+8613800138000","phoneVerifiedAt":null,"registeredIn":""`) {
		t.Errorf("as JSON: %s", out)
	}
}

func TestImportOfPhones(t *testing.T) {
	folder := data(t)
	if status, _, said := command(t, "a good password\n", "user", "add", "alice", "--phone", "13800138000", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	for format, file := range map[string]string{
		"csv": "username,phone,password\nbob,13800138001,a good password\ncarol,+8613800138001,a good password\n" +
			"dave,13800138000,a good password\nerin,1.38E+10,a good password\nfrank,,a good password\n",
		"jsonl": "\n" + `{"username":"bob","phone":"13800138001","password":"a good password"}` + "\n" +
			`{"username":"carol","phone":"138 0013 8001","password":"a good password"}` + "\n" +
			`{"username":"dave","phone":"13800138000","password":"a good password"}` + "\n" +
			`{"username":"erin","phone":"12","password":"a good password"}` + "\n" +
			`{"username":"frank","password":"a good password"}` + "\n",
	} {
		status, out, said := command(t, file, "user", "import", "-", "--format", format, "--data", folder)
		if status != 1 || !strings.Contains(out, "bad rows 3: 5 rows") || !strings.Contains(out, "added 2") && !strings.Contains(out, "already there 2") {
			t.Errorf("%s: status %d: %s%s", format, status, out, said)
		}
		for _, want := range []string{
			"line 3 (carol): the phone number is in the file already, on line 2\n",
			`line 4 (dave): the phone number is that of "alice" (`,
			"line 5 (erin): that is no phone number: ",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: it does not say %q: %s", format, want, said)
			}
		}
	}
}

// A number that a command has set leads to its user when they tap, with their password: WeChat has not confirmed it.
func TestNumberOfACommandIsFound(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	if status, _, said := command(t, "a good password\n", "user", "add", "alice", "--phone", "13800138000", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	tap := func(code, more string) map[string]any {
		return s.do(s.url+"/mobileApi/user/bindPhone", `{"code":"alice-`+code+`","phoneCode":"phone-13800138000-`+code+`"`+more+`}`)
	}
	if a := tap("1", ""); a["error"] != "password_required" {
		t.Errorf("alone: %v", a)
	}
	if a := tap("2", `,"password":"a good password"`); a["code"] != 1.0 {
		t.Errorf("with the password: %v", a)
	}
	s.interrupt()
	if _, out, _ := command(t, "", "user", "show", "alice", "--data", folder); !strings.Contains(out, "+86138****8000, confirmed by WeChat 20") {
		t.Errorf("afterwards: %s", out)
	}
}

// With an index key in the secret's file, that is the one; and a command that does not know of it stores nothing.
func TestPhonesUnderTheIndexKeyOfAFile(t *testing.T) {
	folder := data(t)
	for _, name := range []string{"alice", "bob"} {
		if status, _, said := command(t, "a good password\n", "user", "add", name, "--data", folder); status != 0 {
			t.Fatal(said)
		}
	}
	path := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(path, []byte(`{"appId":"wx0123456789abcdef","appSecret":"MARK","indexKey":"`+strings.Repeat("MARK", 11)+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(envSecretFile, path)
	if status, _, said := command(t, "", "user", "set", "alice", "--phone", "13800138000", "--data", folder); status != 0 || strings.Contains(said, "MARK") {
		t.Fatal(said)
	}
	os.Unsetenv(envSecretFile)
	status, _, said := command(t, "", "user", "set", "bob", "--phone", "13800138001", "--data", folder)
	if status != 1 || !strings.Contains(said, "index key is not the one") || !strings.Contains(said, envSecretFile) {
		t.Errorf("status %d: %s", status, said)
	}
}

func TestPhonesWithoutASealKey(t *testing.T) {
	folder := data(t)
	if err := os.Remove(sealKeyIn(folder)); err != nil {
		t.Fatal(err)
	}
	if status, _, said := command(t, "", "user", "set", "demo", "--phone", "13800138000", "--data", folder); status != 1 || !strings.Contains(said, keyName) {
		t.Errorf("status %d: %s", status, said)
	}
	if _, err := os.Stat(sealKeyIn(folder)); err == nil {
		t.Error("the command has made one")
	}
	if status, _, said := command(t, "", "user", "disable", "demo", "--data", folder); status != 0 {
		t.Errorf("what needs no key: %s", said)
	}
}

// registerIn makes somebody a user who has neither username nor password, and returns their id.
func registerIn(t *testing.T, store login.AdminStore, appID string) string {
	t.Helper()
	u := &login.User{ID: login.NewID(), Epoch: login.NewID(), CreatedAt: login.Clock(nil), RegisteredIn: appID, Apps: map[string]login.UserApp{}}
	now := login.Clock(nil)
	b := login.Binding{ID: login.NewID(), AppID: appID, OpenID: "o-" + u.ID, UnionID: "union-" + u.ID, UserID: u.ID, Epoch: u.Epoch, BoundAt: now, LastLoginAt: now}
	_, err := store.Admit(t.Context(), login.Admission{Binding: b, Newcomer: u, Session: login.Session{
		UserID: u.ID, TokenHash: "hash" + u.ID, AppID: appID, BindingID: b.ID, Epoch: u.Epoch, CreatedAt: now, SeenAt: now,
		IdleEnd: now.Add(login.IdleLife), AbsoluteEnd: now.Add(login.AbsoluteLife),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return u.ID
}

func TestCommandsTakeTheIDOfWhoHasNoUsername(t *testing.T) {
	folder := data(t)
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	id := registerIn(t, store, appOne)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"user list", 0, "-         "},
		{"user list", 0, appOne + "  " + appOne + "  active"}, // bound in, registered in
		{"user show ID", 0, "username  -\n"},
		{"user show ID", 0, ", by themselves in " + appOne + "\n"},
		{"user set ID --phone 13800138000", 0, id + " has the phone number"},
		{"user disable ID", 0, "disabled " + id + " and ended the sessions\n"},
		{"user enable ID", 0, "enabled " + id + "\n"},
		{"user passwd ID", 1, "wxbind: the user registered by themselves and has no username to log in with"},
		{"session list ID", 0, appOne},
		{"session revoke ID --all --yes", 0, "ended all sessions of " + id + "\n"},
		{"binding list ID", 0, appOne},
		{"binding remove ID --all --yes", 0, "unbound " + id + " in " + appOne},
		{"user delete ID --yes", 0, "removed " + id + "\n"},
	} {
		args := strings.Fields(strings.ReplaceAll(c.args, "ID", id))
		status, out, said := command(t, "a good password\n", append(args, "--data", folder)...)
		if status != c.status || !strings.Contains(out+said, c.want) {
			t.Errorf("wxbind %s: status %d: %s%s", c.args, status, out, said)
		}
	}
}

// phoneStack is a stack wxbind-dev with tables and this secret.
func phoneStack(t *testing.T, secret string) login.AdminStore {
	t.Helper()
	client := dynamotest.Client(dynamotest.Endpoint(t))
	tables := dynamotest.NewTables(t, client)
	stackOf(t, secret, tables)
	return dynamostore.New(dynamostore.Config{Client: client, Tables: tables})
}

// stackOf makes a stack wxbind-dev of tables and a secret.
func stackOf(t *testing.T, secret string, tables dynamostore.Tables) {
	t.Helper()
	secretStack(t, secret)
	stacks := httptest.NewServer(cloudFormation("wxbind-dev", map[string]string{
		"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions, "UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
		"SecretArn": testSecretID, "ServicesSecretArn": testServicesID,
	}))
	t.Cleanup(stacks.Close)
	setAWS(t, stacks.URL, dynamotest.Endpoint(t))
}

func TestPhonesOfAStack(t *testing.T) {
	store := phoneStack(t, strings.Replace(setSecret, "{", `{"indexKey":"`+testIndexKey+`",`, 1))
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"user add alice --phone 13800138000", 0, "added alice"},
		{"user add bob --phone 13800138000", 1, `that of "alice"`},
		{"user add bob", 0, "added bob"},
		{"user set bob --phone 13800138001", 0, "+86138****8001"},
	} {
		if status, out, said := onStack(t, "a good password\n", c.args); status != c.status || !strings.Contains(out+said, c.want) {
			t.Errorf("wxbind %s: status %d: %s%s", c.args, status, out, said)
		}
	}
	secret := &login.Secret{IndexKey: testIndexKey}
	if _, err := store.OwnerOfPhone(t.Context(), secret.PhoneOf("+8613800138001").Index); err != nil {
		t.Errorf("not by the secret's key: %v", err)
	}
}

// The command says what is missing for a phone number, and does without it what needs none.
func TestPhonesOfAStackWithoutAnIndexKey(t *testing.T) {
	for name, c := range map[string]struct{ secret, want string }{
		"no index key":                 {setSecret, "the secret has no index key, and without one nobody is found by a phone number or a unionid; `wxbind secret app set` adds one"},
		"a secret that is not set":     {newSecret, "cannot be read"},
		"a secret that cannot be read": {"", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			phoneStack(t, c.secret)
			if c.secret == "" {
				t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1")
			}
			if status, _, said := onStack(t, "a good password\n", "user add alice --phone 13800138000"); status != 1 || !strings.Contains(said, c.want) {
				t.Errorf("status %d: %s", status, said)
			}
			if status, _, said := onStack(t, "a good password\n", "user add alice"); status != 0 {
				t.Errorf("without a number: %s", said)
			}
		})
	}
}

// sealKeyOf reads a folder's seal key, as serve does.
func sealKeyOf(folder string) (login.SealKey, error) { return doctor.SealKeyIn(sealKeyIn(folder)) }
