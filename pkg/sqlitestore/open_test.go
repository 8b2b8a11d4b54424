package sqlitestore_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

func TestReopeningKeepsWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store, err := sqlitestore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	id, err := twoLogins(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	second := open(t, path) // while the first is open
	acknowledged(t, second, id)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged(t, second, id)
	acknowledged(t, open(t, path), id)
}

func TestOnlyTheOwnerMayReadTheFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "b")
	store := open(t, filepath.Join(folder, "wxbind.db"))
	if _, err := firstLogin(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.WalkDir(filepath.Dir(folder), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		seen++
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", entry.Name(), info.Mode())
		}
		return nil
	})
	if err != nil || seen != 5 { // two folders, the database, its log, its shared memory
		t.Fatalf("%d files, %v", seen, err)
	}
}

func TestAnyPathIsTakenAsItIs(t *testing.T) {
	for _, name := range []string{"a b.db", "a?mode=memory.db", "a#b.db", "100%25.db", ":memory:", "微信.db"} {
		path := filepath.Join(t.TempDir(), name, name)
		open(t, path)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: %v, %v", name, info, err)
		}
	}
}

func TestWhatCannotBeOpenedSaysWhy(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, row := range []struct {
		name string
		make func(t *testing.T, path string)
		ctx  context.Context
		want error
	}{
		{"a newer schema", func(t *testing.T, path string) {
			open(t, path)
			raw(t, path, "PRAGMA user_version = 99")
		}, t.Context(), sqlitestore.ErrNewerSchema},
		{"text", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("name,password\nalice,secret\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, t.Context(), sqlitestore.ErrNotOurs},
		{"a long text", func(t *testing.T, path string) {
			if err := os.WriteFile(path, make([]byte, 1<<16), 0o600); err != nil {
				t.Fatal(err)
			}
		}, t.Context(), sqlitestore.ErrNotOurs},
		{"a database with other tables", func(t *testing.T, path string) {
			raw(t, path, "CREATE TABLE users (id)")
		}, t.Context(), sqlitestore.ErrNotOurs},
		{"a database of another program", func(t *testing.T, path string) {
			raw(t, path, "PRAGMA application_id = 7")
		}, t.Context(), sqlitestore.ErrNotOurs},
		{"a folder that is a file", func(t *testing.T, path string) {
			if err := os.WriteFile(filepath.Dir(path), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, t.Context(), syscall.ENOTDIR},
		{"an ended context", func(*testing.T, string) {}, ended, context.Canceled},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data", "wxbind.db")
			if row.name != "a folder that is a file" {
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			row.make(t, path)
			store, err := sqlitestore.Open(row.ctx, path)
			if err == nil {
				store.Close()
			}
			if !errors.Is(err, row.want) {
				t.Fatalf("error is %v, want %v", err, row.want)
			}
		})
	}
}

func TestRefusingAFileLeavesItAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	raw(t, path, "CREATE TABLE users (id)", "INSERT INTO users VALUES (1)")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlitestore.Open(t.Context(), path); !errors.Is(err, sqlitestore.ErrNotOurs) {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Fatalf("the file changed, or %v", err)
	}
}

// SQLite waits for no lock when it turns on the write-ahead log: two processes that do so at once refuse each other
// immediately.
func TestOpenWaitsForAnotherThatCreatesTheDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	other := raw(t, path, "BEGIN IMMEDIATE")
	opened := make(chan error)
	go func() {
		store, err := sqlitestore.Open(t.Context(), path)
		if err == nil {
			err = store.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatalf("the database was opened while it was locked: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if _, err := other.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
}
