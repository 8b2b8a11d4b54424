package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// data is the folder of a store that has been served once.
func data(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	startServer(t, folder).interrupt()
	return folder
}

func TestUserCommands(t *testing.T) {
	folder := data(t)
	for i, c := range []struct {
		input  string
		args   string
		status int
		want   string
	}{
		{"a good password\n", "user add Alice --name 爱丽丝 --role demo", 0, "added alice"},
		{"a good password\n", "user add alice", 1, "the username is taken"},
		{"a good password\n", "user add ALICE", 1, `"ALICE" is the same username as "alice", which is taken`},
		{"short\n", "user add bob", 1, "at least 8 characters"},
		{"", "user add bob", 1, "the password is empty"},
		{"a good password", "user add bob --role king", 1, `no such role: "king"`},
		{"a good password\r\n", "user add bob", 0, "added bob"},
		{"a good password\n", "user add b\x01b", 1, "that is not a valid username: the username contains the character U+0001"},
		{"Password1\n", "user add bob", 1, "one of the most common ones"},
		{"Alice2026\n", "user passwd alice", 1, "must not be the username"},
		{"", "user add carol --temporary", 0, "temporary password, shown only this once: "},
		{"", "user passwd carol --temporary --valid-for 24h", 0, "temporary password, shown only this once: "},
		{"a first password\n", "user passwd carol --valid-for 24h", 2, "--valid-for is for --temporary"},
		{"", "user passwd carol --temporary --valid-for 169h", 1, "at most 168h0m0s"},
		{"", "user passwd carol --temporary --valid-for -1h", 1, "more than 0"},
		{"", "user passwd carol --temporary --valid-for 0s", 2, "more than 0"},
		{"another password\n", "user passwd alice", 0, "changed the password of alice"},
		{"another password\n", "user passwd nobody", 1, "no such user"},
		{"", "user disable bob", 0, "disabled bob"},
		{"", "user disable nobody", 1, "no such user"},
		{"", "user list", 0, "disabled"},
		{"", "user enable bob", 0, "enabled bob"},
		{"", "user add", 2, "expected <username>; run `wxbind user add --help`"},
		{"", "user add carol --password secret123", 2, "unknown flag --password"},
		{"", "user add carol secret123", 2, "unexpected argument"},
	} {
		status, out, errors := command(t, c.input, append(strings.Fields(c.args), "--data", folder)...)
		if said := out + errors; status != c.status || !strings.Contains(said, c.want) {
			t.Errorf("%d: wxbind %s: status %d: %s", i, c.args, status, said)
		}
		if status == 1 && (strings.Count(errors, "\n") != 1 || out != "") {
			t.Errorf("%d: wxbind %s: not one sentence: %s", i, c.args, errors)
		}
	}

	_, out, _ := command(t, "", "user", "list", "--json", "--data", folder)
	if strings.Contains(out, "argon2id") {
		t.Errorf("the list has the hashes: %s", out)
	}
	var list struct{ Users []listed }
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	users := map[string]listed{}
	for _, u := range list.Users {
		users[u.Username] = u
	}
	if len(users) != 4 || users["alice"].Name != "爱丽丝" || users["alice"].Roles[0] != "demo" || users["bob"].Disabled {
		t.Errorf("got %+v", users)
	}
}

// The password that is printed opens the way to another one, and to nothing else.
func TestTemporaryPasswordMustBeReplaced(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	status, out, said := command(t, "", "user", "add", "carol", "--temporary", "--json", "--data", folder)
	var added struct {
		User              listed
		TemporaryPassword string
	}
	if err := json.Unmarshal([]byte(out), &added); err != nil || status != 0 || added.User.Username != "carol" {
		t.Fatalf("%v: %s%s", err, out, said)
	}
	if added.TemporaryPassword == "" || strings.Contains(said, added.TemporaryPassword) {
		t.Errorf("no password, or it is in the log: %s", said)
	}
	bind := func(code, password, more string) any {
		a := s.do(s.url+"/mobileApi/user/bind", `{"code":"carol-`+code+`","username":"carol","password":"`+password+`"`+more+`}`)
		if a["code"] == 1.0 {
			return "bound"
		}
		return a["error"]
	}
	if got := bind("1", added.TemporaryPassword, ""); got != "password_change_required" {
		t.Errorf("alone: %v", got)
	}
	if got := bind("2", added.TemporaryPassword, `,"newPassword":"12345678"`); got != "password_too_weak" {
		t.Errorf("with a weak one: %v", got)
	}
	if got := bind("3", added.TemporaryPassword, `,"newPassword":"another horse"`); got != "bound" {
		t.Errorf("with a new one: %v", got)
	}
	if got := bind("4", "another horse", ""); got != "bound" {
		t.Errorf("the new one alone: %v", got)
	}
	s.interrupt()
}

func TestNewUserLogsIn(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	if status, _, errors := command(t, "a good password\n", "user", "add", "alice", "--data", folder); status != 0 {
		t.Fatal(errors)
	}
	bind := func(code string) map[string]any {
		return s.do(s.url+"/mobileApi/user/bind", `{"code":"`+code+`","username":"Alice","password":"a good password"}`)
	}
	if a := bind("alice-1"); a["code"] != 1.0 {
		t.Errorf("bind: %v", a)
	}
	if status, _, errors := command(t, "", "user", "disable", "alice", "--data", folder); status != 0 {
		t.Fatal(errors)
	}
	if a := s.check("alice-2"); a["error"] != "user_disabled" {
		t.Errorf("disabled: %v", a)
	}
	s.interrupt()
}

func TestCommandsMakeNoStore(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mistyped")
	status, _, errors := command(t, "", "user", "list", "--data", folder)
	if status != 1 || !strings.Contains(errors, "serve") {
		t.Errorf("status %d: %s", status, errors)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder is there: %v", err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(databaseIn(folder), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errors := command(t, "", "user", "list", "--data", folder); status != 1 || !strings.Contains(errors, "there is no store") {
		t.Errorf("an empty file: status %d: %s", status, errors)
	}
}

// An empty flag comes from an unset variable in a script. It must select neither the store of this folder nor every
// mini-program.
func TestEmptyFlagChoosesNothing(t *testing.T) {
	folder := boundAlice(t)
	t.Chdir(filepath.Dir(folder))
	if err := os.Rename(folder, defaultData); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"user", "delete", "alice", "--yes", "--stack", ""},
		{"user", "delete", "alice", "--yes", "--stack="},
		{"user", "delete", "alice", "--yes", "--data", ""},
		{"binding", "remove", "alice", "--yes", "--app", ""},
		{"session", "revoke", "alice", "--id", ""},
		{"session", "revoke", "--yes", "--all", "--app", ""},
		{"user", "set", "alice", "--phone", ""},
		{"binding", "migrate", "--from", "", "--to", "wx2"},
	} {
		status, out, said := command(t, "", args...)
		if status != 2 || out != "" || strings.Count(said, "\n") != 1 || !strings.Contains(said, "must not be empty") {
			t.Errorf("wxbind %q: status %d: %s%s", args, status, out, said)
		}
	}
	if s := show(t, defaultData); s.state("-one") != "active" || s.state("-two") != "active" {
		t.Errorf("left is %+v", s)
	}
}

func TestRoleSet(t *testing.T) {
	folder := data(t)
	good := `{"roles":[{"name":"clerk","menus":[{"id":"1","name":"订单","path":"/o","icon":"o","children":[{"id":"2","name":"列表"}]}]}]}`
	for name, c := range map[string]struct {
		file   string
		status int
		want   string
	}{
		"good":             {good, 0, "set role clerk"},
		"an escape":        {`{"roles":[{"name":"\u001b[2Jr"}]}`, 0, "set role \uFFFD[2Jr"},
		"not JSON":         {"{\n\n\"roles\": x}", 1, "line 3"},
		"a wrong type":     {"{\"roles\":\n{}}", 1, "line 2"},
		"an unknown field": {`{"roles":[{"name":"r","menu":[]}]}`, 1, `"menu"`},
		"two values":       {good + good, 1, "more than one"},
		"no roles":         {`{}`, 1, "no roles"},
		"nothing":          {" \n", 1, "is empty"},
		"Windows' mark":    {"\uFEFF" + good, 0, "set role clerk"},
		"lines before it":  {"\r\n\uFEFF\n{\n\"roles\": x}", 1, "line 4"},
		"a mark alone":     {"\uFEFF", 1, "is empty"},
		"a bad role":       {`{"roles":[{"name":"r","menus":[{"name":"x"}]}]}`, 1, `role "r"`},
		"too large":        {strings.Repeat(" ", maxRoleFile+1), 1, "larger"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "roles.json")
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, from := range []string{file, "-"} {
				status, out, errors := command(t, c.file, "role", "set", from, "--data", folder)
				if status != c.status || !strings.Contains(out+errors, c.want) {
					t.Errorf("from %s: status %d: %s", from, status, out+errors)
				}
			}
		})
	}
	if status, _, errors := command(t, "", "role", "set", "nowhere.json", "--data", folder); status != 1 || !strings.Contains(errors, "nowhere.json") {
		t.Errorf("no such file: status %d: %s", status, errors)
	}
}

// Waiting for input that never comes can be interrupted.
func TestInterruptEndsAWaitForStandardInput(t *testing.T) {
	folder := data(t)
	for _, args := range [][]string{{"user", "add", "bob"}, {"role", "set", "-"}} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, errors bytes.Buffer
		status := run(ctx, append(args, "--data", folder), console{in: &silence{asked: cancel, over: t.Context()}, out: &out, err: &errors})
		if status != 130 || errors.String() != "wxbind: interrupted\n" {
			t.Errorf("%v: status %d: %s", args, status, errors.String())
		}
	}
}

// silence is an input that nobody writes to. It reports when it is read.
type silence struct {
	asked func()
	over  context.Context
}

func (s *silence) Read([]byte) (int, error) {
	s.asked()
	<-s.over.Done()
	return 0, io.EOF
}

func TestInterruptedBeforeTheStoreIsOpen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	folder := data(t)
	cancel()
	var out, errors bytes.Buffer
	if status := run(ctx, []string{"user", "list", "--data", folder}, console{in: strings.NewReader(""), out: &out, err: &errors}); status != 130 || errors.String() != "wxbind: interrupted\n" {
		t.Errorf("status %d: %s", status, errors.String())
	}
}

func TestHelp(t *testing.T) {
	status, out, _ := command(t, "", "--help")
	if status != 0 || !strings.Contains(out, "serve") || !strings.Contains(out, "user") {
		t.Errorf("status %d: %s", status, out)
	}
	if status, _, errors := command(t, ""); status != 2 || !strings.Contains(errors, "--help") {
		t.Errorf("status %d: %s", status, errors)
	}
}
