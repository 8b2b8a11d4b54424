package main

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// Every command that takes a username takes each form of it, and prints the one that is stored.
func TestCommandsTakeEveryFormOfAUsername(t *testing.T) {
	folder := data(t)
	for _, c := range []struct {
		input  string
		args   []string
		status int
		out    string // the beginning of standard output
		said   string // in standard error
	}{
		{"a good password\n", []string{"user", "add", " Ｂｏｂ\u3000", "--name", " Bob\u3000"}, 0, "added bob (", `"event":"user_add"`},
		{"a good password\n", []string{"user", "add", "bob"}, 1, "", "wxbind: the username is taken\n"},
		{"a good password\n", []string{"user", "add", " ＢＯＢ "}, 1, "", `wxbind: " ＢＯＢ " is the same username as "bob", which is taken`},
		{"a good password\n", []string{"user", "add", "bob\u200b"}, 1, "", `wxbind: "bob\u200b" is the same username as "bob", which is taken`},
		{"a good password\n", []string{"user", "add", " \u3000"}, 1, "", "wxbind: the username is empty\n"},
		{"a good password\n", []string{"user", "add", "b\u200bob"}, 1, "", "contains the character U+200B"},
		{"a good password\n", []string{"user", "add", "´bob"}, 1, "", "begins"},
		{"another password\n", []string{"user", "passwd", "ＢＯＢ"}, 0, "changed the password of bob and ended the sessions\n", ""},
		{"Ｂｏｂ２０２６１１\n", []string{"user", "passwd", "ＢＯＢ"}, 1, "", "must not be the username"},
		{"", []string{"user", "show", "bob\u00a0"}, 0, "username  bob\nname      Bob\n", ""},
		{"", []string{"user", "disable", " bob"}, 0, "disabled bob and ended the sessions\n", ""},
		{"", []string{"user", "enable", "\ufeffbob"}, 0, "enabled bob\n", ""},
		{"", []string{"session", "list", "ＢＯＢ"}, 0, "DEVICE", ""},
		{"", []string{"session", "revoke", "ＢＯＢ", "--all", "--yes"}, 0, "ended all sessions of bob\n", ""},
		{"", []string{"binding", "list", " BOB "}, 0, "APP", ""},
		{"", []string{"binding", "remove", " BOB ", "--all", "--yes"}, 1, "", "no such binding"},
		{"", []string{"user", "delete", "\u202aＢＯＢ\u202c", "--yes"}, 0, "removed bob\n", ""},
		{"", []string{"user", "delete", "bob", "--yes"}, 1, "", "no such user"},
		{"", []string{"user", "show", " ＤＥＭＯ "}, 0, "username  demo\n", ""},
	} {
		status, out, said := command(t, c.input, append(c.args, "--data", folder)...)
		if status != c.status || !strings.HasPrefix(out, c.out) || c.out == "" && out != "" || !strings.Contains(said, c.said) {
			t.Errorf("wxbind %+q: status %d: %s%s", c.args, status, out, said)
		}
	}
}

const formsOfNames = "username,password\n" +
	"ＢＯＢ,a good password\n" +
	"bob,a good password\n" +
	"\u3000Bob\u200b,a good password\n" +
	"DEMO,a good password\n" +
	"carol ,a good password\n" +
	"dave,a good password\n"

func TestImportTellsNamesThatAreOne(t *testing.T) {
	folder := data(t)
	for run, added := range []string{"added 3, already there 0", "added 0, already there 3"} { // bob, carol and dave
		status, out, said := command(t, formsOfNames, "user", "import", "-", "--format", "csv", "--data", folder)
		if status != 1 || !strings.HasPrefix(out, added+", bad rows 3: ") ||
			!strings.HasSuffix(out, "\n2 usernames are stored in another form than the file's, such as in lower case; both forms log in\n") {
			t.Errorf("run %d: status %d: %s", run, status, out)
		}
		for _, want := range []string{
			"line 3 (bob): the username is in the file already, on line 2, in another form\n",
			`line 4 (Bob): "\u3000Bob\u200b" is the same username as "bob": the username is in the file already, on line 2, in another form` + "\n",
			`line 5 (DEMO): "DEMO" is the same username as "demo", which is taken` + "\n",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("run %d: it does not say %q: %s", run, want, said)
			}
		}
	}
	if got := usersIn(t, "--data", folder); len(got) != 4 || !got["bob"] || !got["carol"] || !got["dave"] {
		t.Errorf("stored are %v", got)
	}
	_, out, _ := command(t, formsOfNames, "user", "import", "-", "--format", "csv", "--json", "--data", folder)
	if !strings.Contains(out, `"foldedUsernames":2`) || !strings.Contains(out, `"line":4,"username":"Bob","reason":"\"\\u3000Bob\\u200b\" is the same username as \"bob\"`) {
		t.Errorf("as JSON: %s", out)
	}

	lines := `{"username":"ｅｖｅ","password":"a good password"}` + "\n" + `{"username":"eve ","password":"a good password"}` + "\n"
	status, out, said := command(t, lines, "user", "import", "-", "--format", "jsonl", "--data", folder)
	if status != 1 || !strings.HasPrefix(out, "added 1,") ||
		!strings.Contains(said, `line 2 (eve): "eve " is the same username as "eve": the username is in the file already, on line 1, in another form`) {
		t.Errorf("JSON lines: status %d: %s%s", status, out, said)
	}
}

// What is printed about a directory's user has their id too: users of wxbind's own may have the same name.
func TestCommandsNameADirectorysUserByTheirID(t *testing.T) {
	key := strings.Repeat("k", 43)
	url, stop := exampleDirectory(t, key)
	defer stop()
	folder := t.TempDir()
	s := startServer(t, folder, "WXBIND_DIRECTORY_URL="+url, "WX_DIRECTORY_KEY="+key)
	if a := s.do(s.url+"/mobileApi/user/bind", `{"code":"alice-1","username":"\u202aalice\u202c ","password":"correct horse"}`); a["code"] != 1.0 {
		t.Fatalf("bind: %v", a)
	}
	s.interrupt()
	if status, out, said := command(t, "", "user", "disable", " 1001 ", "--data", folder); status != 0 || out != "disabled alice (1001) and ended the sessions\n" {
		t.Errorf("status %d: %s%s", status, out, said)
	}
}

// A version that folded usernames otherwise has left names that nobody can type.
func TestListReportsNamesOfAnEarlierVersion(t *testing.T) {
	folder := data(t)
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	old := login.User{ID: "id-of-dave", Username: "ｄａｖｅ", Name: "Dave", PasswordID: "p", Apps: map[string]login.UserApp{}}
	if err := store.AddUser(t.Context(), old, login.Password{ID: "p", Hash: "$"}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"user", "list"}, {"user", "list", "--json"}} {
		status, out, said := command(t, "", append(args, "--data", folder)...)
		if status != 0 || !strings.Contains(out, "id-of-dave") || strings.Count(said, "\n") != 1 || !strings.Contains(said, `nobody can log in as "ｄａｖｅ" any more`) {
			t.Errorf("wxbind %s: status %d: %s%s", args, status, out, said)
		}
	}
	if status, out, said := command(t, "", "user", "delete", "id-of-dave", "--yes", "--data", folder); status != 0 || out != "removed ｄａｖｅ\n" {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	if _, _, said := command(t, "", "user", "list", "--data", folder); said != "" {
		t.Errorf("it still says %s", said)
	}
}
