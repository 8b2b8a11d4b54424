package main

import (
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

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
