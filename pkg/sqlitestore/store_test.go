package sqlitestore_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestContract(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "wxbind.db"))
	must(t, store.WantNotices(t.Context(), true))
	storetest.Run(t, func(*testing.T) login.AdminStore { return store })
}

func TestNoticesAreKeptWhileTheyAreWanted(t *testing.T) {
	storetest.RunWanted(t, func(t *testing.T) storetest.Wanting { return open(t, filepath.Join(t.TempDir(), "wxbind.db")) })
}

// open opens a store until the end of the test.
func open(t *testing.T, path string) *sqlitestore.Store {
	t.Helper()
	store, err := sqlitestore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// raw opens the file without the store, on one connection, and executes statements.
func raw(t *testing.T, path string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	return db
}
