package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// Notices that wait are part of a backup. Those that were delivered after it had higher numbers than it knows.
func TestNoticesOfABackupWaitAndAreNumberedAboveThoseThatCameAfterIt(t *testing.T) {
	folder, elsewhere := data(t), t.TempDir()
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	u := login.User{ID: "somebody", Username: "somebody"}
	for _, err := range []error{
		store.WantNotices(t.Context(), true), store.AddUser(t.Context(), u, login.Password{}), store.LogoutUser(t.Context(), u.ID, "2"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	file, again := filepath.Join(elsewhere, "backup.tar"), filepath.Join(elsewhere, "again")
	succeed(t, "backup", file, "--data", folder)
	if err := store.DisableUser(t.Context(), u.ID, "3"); err != nil {
		t.Fatal(err)
	}
	before, err := store.NoticesOf(t.Context(), u.ID)
	if err != nil || len(before) != 2 {
		t.Fatalf("%+v, %v", before, err)
	}
	time.Sleep(10 * time.Millisecond) // numbers are milliseconds
	succeed(t, "restore", file, "--data", again)
	restored, err := sqlitestore.Open(t.Context(), databaseIn(again))
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	got, err := restored.NoticesOf(t.Context(), u.ID)
	if err != nil || len(got) != 1 || got[0].ID != before[0].ID || got[0].Number <= before[1].Number {
		t.Errorf("%+v wait, %v, after %+v", got, err, before)
	}
}
