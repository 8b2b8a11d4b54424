package sqlitestore

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// A test cannot crash the machine. It can check the settings that SQLite's documentation requires to survive a crash
// (https://www.sqlite.org/pragma.html#pragma_synchronous).
func TestTheWriterWaitsForTheDisk(t *testing.T) {
	store, err := Open(t.Context(), filepath.Join(t.TempDir(), "wxbind.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.write(t.Context(), func(tx *conn) error {
		var synchronous, foreignKeys int64
		var mode string
		err := errors.Join(tx.one(t.Context(), []any{&synchronous}, "PRAGMA synchronous"),
			tx.one(t.Context(), []any{&mode}, "PRAGMA journal_mode"), tx.one(t.Context(), []any{&foreignKeys}, "PRAGMA foreign_keys"))
		if synchronous != 2 || mode != "wal" || foreignKeys != 1 {
			t.Errorf("synchronous %d, journal mode %s, foreign keys %d", synchronous, mode, foreignKeys)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := store.read(t.Context(), func(c *conn) error { return c.run("DELETE FROM users") }); err == nil {
		t.Error("the reader writes")
	}
}

// A file system that cannot support a write-ahead log is refused. SQLite reports that as it does for an in-memory
// database: by another journal mode, without an error.
func TestDatabaseWithoutAWriteAheadLogIsRefused(t *testing.T) {
	db, err := connect("/memory", lockWait, "mode=memory")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = (&Store{upkeep: db}).migrate(t.Context())
	if err == nil || !strings.Contains(err.Error(), "journal mode memory") {
		t.Errorf("got %v", err)
	}
	if version, err := schemaOf(t.Context(), db); err != nil || version != 0 {
		t.Errorf("it has schema %d, %v", version, err)
	}
}
