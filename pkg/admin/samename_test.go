package admin_test

import (
	"errors"
	"testing"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/username"
)

func TestAddSaysWhichNameIsTheSame(t *testing.T) {
	for name, c := range map[string]struct{ written, want string }{
		"as it is stored":            {"bob", login.ErrUsernameTaken.Error()},
		"in upper case":              {"BOB", `"BOB" is the same username as "bob", which is taken`},
		"in full width, with blanks": {" ＢＯＢ ", `" ＢＯＢ " is the same username as "bob", which is taken`},
		"with what nobody sees":      {"bob\u200b\u3000", `"bob\u200b\u3000" is the same username as "bob", which is taken`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("bob")
			a := w.Admin()
			a.Username = username.Fold
			_, err := a.Add(t.Context(), admin.NewUser{Username: c.written, Password: password})
			if !errors.Is(err, login.ErrUsernameTaken) || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestImportSaysWhichNamesAreTheSame(t *testing.T) {
	w := newWorld(t)
	w.AddUser("carol")
	a, _, _ := importer(w)
	a.Username = username.Fold
	rows := rowsOf(
		row(2, "ＢＯＢ"),
		row(3, "bob"),
		row(4, "\u200bBob "),
		row(5, "dave"),
		row(6, "ｄａｖｅ"),
		row(7, "dave"),
		row(8, "Carol\u00a0"),
		row(9, "carol"),
		row(10, " \u3000"),
		row(11, "e\u200bve"),
	)
	for run := range 2 { // a second run finds the same faults, and its own users
		done, bad, err := imports(t, a, rows)
		want := admin.Imported{Added: 2, Bad: 8, Folded: 1}
		if run == 1 {
			want.Added, want.Present = 0, 2
		}
		if err != nil || done != want {
			t.Errorf("run %d: %+v, %v; want %+v", run, done, err, want)
		}
		for line, want := range map[int]string{
			3:  "the username is in the file already, on line 2, in another form",
			4:  `"\u200bBob " is the same username as "bob": the username is in the file already, on line 2, in another form`,
			6:  `"ｄａｖｅ" is the same username as "dave": the username is in the file already, on line 5`,
			7:  "the username is in the file already, on line 5",
			8:  `"Carol\u00a0" is the same username as "carol", which is taken`,
			9:  "the username is in the file already, on line 8, in another form",
			10: "username_missing",
			11: "username_invalid: the username contains the character U+200B",
		} {
			if bad[line] == nil || bad[line].Error() != want {
				t.Errorf("run %d, line %d: %v, want %s", run, line, bad[line], want)
			}
		}
		for line, want := range map[int]error{3: admin.ErrRepeated, 4: admin.ErrRepeated, 8: login.ErrUsernameTaken, 9: admin.ErrRepeated} {
			if !errors.Is(bad[line], want) {
				t.Errorf("line %d: %v, want %v", line, bad[line], want)
			}
		}
	}
}

// The id is that of versions which did not trim a name: an import that they began goes on.
func TestBlanksAroundANameKeepTheIDOfItsRow(t *testing.T) {
	w := newWorld(t)
	a, _, _ := importer(w)
	blanks := row(1, "alice", func(r *admin.ImportRow) { r.Name = " Alice\u3000" })
	if _, bad, err := imports(t, a, rowsOf(blanks)); err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	if u, err := a.User(t.Context(), "alice"); err != nil || u.Name != "Alice" || u.ID != "xs6otm2emktsa4p5ejghe3apiu" {
		t.Errorf("got %+v, %v", u, err)
	}
}

func TestBlanksAroundANameAreNotStored(t *testing.T) {
	for written, want := range map[string]string{
		"Alice": "Alice", " Alice\u3000": "Alice", "Alice B.\n": "Alice B.", "\ufeff": "alice", "\u3000 ": "alice", "Ａｌｉｃｅ": "Ａｌｉｃｅ",
	} {
		w := newWorld(t)
		if u, err := w.Admin().Add(t.Context(), admin.NewUser{Username: "alice", Name: written, Password: password}); err != nil || u.Name != want {
			t.Errorf("%+q: %+q, %v; want %q", written, u.Name, err, want)
		}
	}
}

// An administrator finds a user by whatever a person types or copies.
func TestFindingAUser(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	a.Username = username.Fold
	bob := w.AddUser("bob")
	for _, p := range []login.Profile{
		{ID: "10 01", Username: "alice", Name: "Alice"},
		{ID: " padded ", Username: "carol", Name: "Carol"},
		{ID: "İd", Username: "dave", Name: "Dave"},
	} {
		if _, err := w.DB.EnrollUser(t.Context(), p, w.Clock(), login.NewID()); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		by, want string
		err      error
	}{
		"the username":                      {by: "bob", want: bob.ID},
		"another form of it":                {by: " ＢＯＢ\u3000", want: bob.ID},
		"the id":                            {by: bob.ID, want: bob.ID},
		"the id with blanks around":         {by: "\u200b" + bob.ID + " \n", want: bob.ID},
		"an id of a directory":              {by: "10 01", want: "10 01"},
		"one with blanks around":            {by: "\u3000" + "10 01" + "\ufeff", want: "10 01"},
		"one that has blanks of its own":    {by: " padded ", want: " padded "},
		"one in another case, which is not": {by: "İD", err: login.ErrUserNotFound},
		"nobody":                            {by: "nobody", err: login.ErrUserNotFound},
		"only blanks":                       {by: " \u3000", err: login.UsernameMissing},
		"nothing":                           {by: "", err: login.UsernameMissing},
		"what is no name":                   {by: "b\u200bob", err: login.UsernameInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := a.User(t.Context(), c.by)
			if !errors.Is(err, c.err) || u.ID != c.want {
				t.Errorf("got %q, %v; want %q, %v", u.ID, err, c.want, c.err)
			}
		})
	}
}
