package main

import (
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// A row says where and when a user has given something, or is bad: nobody could withdraw it otherwise.
func TestImportOfWhatMovedUsersHaveGiven(t *testing.T) {
	const hash = "$2b$10$abcdefghijklmnopqrstuuVWXYZ0123456789ABCDEFGHIJKLMNOP"
	const picture = "https://img.example.com/a.png"
	const columns = "id,username,passwordHash,directory,phone,phoneVerifiedAt,phoneGivenIn,avatar,avatarGivenIn,avatarGivenAt,name,nameGivenIn,nameGivenAt\n"
	given := time.Date(2026, 1, 2, 3, 4, 5, 678000000, time.UTC)
	for name, c := range map[string]struct{ row, want string }{
		"all of it":                         {"u-1,x," + hash + ",,13800138000,2026-01-02T03:04:05.678Z," + demoApp + "," + picture + "," + demoApp + ",2026-01-02T11:04:05.678+08:00,X," + demoApp + ",2026-01-02T03:04:05.678Z", ""},
		"a picture that was given and gone": {"u-1,x," + hash + ",,,,,," + demoApp + ",2026-01-02T03:04:05Z,,,", ""},
		"a picture of the directory":        {"u-1,x,,1,,,," + picture + ",,,,,", ""},
		"a picture of a row without an id":  {",x," + hash + ",,,,," + picture + ",,,,,", "only a row with an id can "},
		"a name that such a row has given":  {",x," + hash + ",,,,,,,,X," + demoApp + ",2026-01-02T03:04:05Z", "only a row with an id can "},
		"a number that such a row has":      {",x," + hash + ",,13800138000,," + demoApp + ",,,,,,", "only a row with an id can "},
		"http":                              {"u-1,x," + hash + ",,,,,http://img.example.com/a.png,,,,,", "the avatar is no address such as "},
		"a host of numbers":                 {"u-1,x," + hash + ",,,,,https://10.0.0.1/a.png,,,,,", "the avatar is no address such as "},
		"a picture that is too long":        {"u-1,x," + hash + ",,,,," + picture + "?" + strings.Repeat("a", 1024) + ",,,,,", "the avatar is no address such as "},
		"a time without a place":            {"u-1,x," + hash + ",,,,," + picture + ",,2026-01-02T03:04:05Z,,,", "needs the appid where"},
		"a place without a time":            {"u-1,x," + hash + ",,,,,,,,X," + demoApp + ",", "needs the appid where"},
		"no appid":                          {"u-1,x," + hash + ",,13800138000,,w#1,,,,,,", "needs the appid where"},
		"no time":                           {"u-1,x," + hash + ",,,,,,,,X," + demoApp + ",2026-01-02", "nameGivenAt is no time"},
		"no number":                         {"u-1,x," + hash + ",,,," + demoApp + ",,,,,,", "says where the phone number was given, but has none"},
		"a gift of the directory's":         {"u-1,x,,1,,,,,,,X," + demoApp + ",2026-01-02T03:04:05Z", "a user of the directory has given nothing here"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := data(t)
			status, out, said := command(t, columns+c.row+"\n", "user", "import", "-", "--format", "csv", "--data", folder)
			if (status == 0) != (c.want == "") || !strings.Contains(said, c.want) {
				t.Fatalf("status %d: %s%s", status, out, said)
			}
			if name != "all of it" {
				return
			}
			store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			u, err := store.UserByID(t.Context(), "u-1")
			if want := (login.Given{AppID: demoApp, At: given}); err != nil || u.Avatar != picture || u.NameGiven != want || u.AvatarGiven != want ||
				u.Phone.AppID != demoApp || !u.Phone.VerifiedAt.Equal(given) {
				t.Errorf("got %+v, %v", u, err)
			}
		})
	}
}

// What is said to be given in the future counts as given now. Otherwise no withdrawal would remove it for long.
func TestWhatMovedUsersHaveGivenInTheFutureIsGivenNow(t *testing.T) {
	folder := data(t)
	text := `{"id":"u-1","name":"X","phone":"13800138000","phoneVerifiedAt":"2999-01-01T00:00:00Z","phoneGivenIn":"` + demoApp + `","nameGivenIn":"` + demoApp +
		`","nameGivenAt":"2999-01-01T00:00:00Z","avatarGivenIn":"` + demoApp + `","avatarGivenAt":"2999-01-01T00:00:00Z"}`
	if status, out, said := command(t, text, "user", "import", "-", "--format", "jsonl", "--data", folder); status != 0 {
		t.Fatal(out, said)
	}
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, want := range []string{"name given    ", ", in " + demoApp + "\n", "avatar given  ", "phone given   in " + demoApp + "\n"} {
		if _, out, _ := command(t, "", "user", "show", "u-1", "--data", folder); !strings.Contains(out, want) {
			t.Errorf("it does not show %q: %s", want, out)
		}
	}
	if _, out, _ := command(t, "", "user", "show", "u-1", "--json", "--data", folder); !strings.Contains(out, `"phoneGivenIn":"`+demoApp+`","nameGivenIn":"`+demoApp+`","nameGivenAt":"20`) {
		t.Errorf("JSON: %s", out)
	}
	u, err := store.UserByID(t.Context(), "u-1")
	if now := time.Now(); err != nil || u.NameGiven.At.After(now) || u.AvatarGiven.At.After(now) || u.Phone.VerifiedAt.After(now) || u.NameGiven.At.Before(now.Add(-time.Hour)) {
		t.Errorf("got %+v, %v", u, err)
	}
}

// A CSV file has the columns of users from another store, too.
func TestImportOfMovedUsersFromCSV(t *testing.T) {
	const hash = "$2b$10$abcdefghijklmnopqrstuuVWXYZ0123456789ABCDEFGHIJKLMNOP"
	created, verified, until := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	folder := data(t)
	text := "ID,username,Directory,disabled,registeredIn,createdAt,phone,phoneVerifiedAt,passwordHash,temporaryUntil\n" +
		"u-1,alice,,TRUE," + demoApp + ",2025-01-02T11:04:05+08:00,13800138000,2025-06-01T00:00:00Z," + hash + ",2099-01-01T00:00:00Z\n" +
		"员工 17,Alice,1,0,,2025-01-02T03:04:05Z,,,,\n" +
		"u-3,,false,,,,,,,\n" +
		"u-4,dave,perhaps,,,,,," + hash + ",\n" +
		"u-5,erin,,,,yesterday,,," + hash + ",\n" +
		strings.Repeat("u", 3000) + ",frank,,,,,,," + hash + ",\n"
	status, out, said := command(t, text, "user", "import", "-", "--format", "csv", "--data", folder)
	if status != 1 || !strings.Contains(out, "added 3, already there 0, bad rows 3: 6 rows") {
		t.Fatalf("status %d: %s%s", status, out, said)
	}
	for _, want := range []string{"line 5 (dave): directory is neither true nor false\n", "line 6 (erin): createdAt is ", "line 7 (frank): an id must be at most "} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	u, p, err := store.UserWithPassword(t.Context(), "u-1")
	if err != nil || u.Username != "alice" || !u.Disabled || u.RegisteredIn != demoApp || !u.CreatedAt.Equal(created) ||
		u.Phone.Number != "+8613800138000" || !u.Phone.VerifiedAt.Equal(verified) || p.Hash != hash || !p.TemporaryUntil.Equal(until) {
		t.Errorf("alice is %+v, %+v, %v", u, p, err)
	}
	u, p, err = store.UserWithPassword(t.Context(), "员工 17")
	if err != nil || u.Username != "Alice" || u.Disabled || !u.CreatedAt.Equal(created) || p.Hash != "" {
		t.Errorf("the directory's user is %+v, %+v, %v", u, p, err)
	}
	if id, err := store.UserIDByName(t.Context(), "alice"); err != nil || id != "u-1" {
		t.Errorf("alice leads to %q, %v", id, err)
	}
	if u, err := store.UserByID(t.Context(), "u-3"); err != nil || u.Username != "" || u.Disabled || time.Since(u.CreatedAt) > time.Hour {
		t.Errorf("who has no username is %+v, %v", u, err)
	}
}
