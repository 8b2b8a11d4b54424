package sqlitestore

import (
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
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		if err := store.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
	if _, err := store.reader.ExecContext(t.Context(), "DELETE FROM users"); err == nil {
		t.Error("the reader writes")
	}
}

// A file system that cannot support a write-ahead log is refused. SQLite reports that as it does for an in-memory
// database: by another journal mode, without an error.
func TestDatabaseWithoutAWriteAheadLogIsRefused(t *testing.T) {
	db, err := connect("/memory", 1, lockWait, "mode=memory")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = (&Store{writer: db}).migrate(t.Context())
	if err == nil || !strings.Contains(err.Error(), "journal mode memory") {
		t.Errorf("got %v", err)
	}
	if version, err := schemaOf(t.Context(), db); err != nil || version != 0 {
		t.Errorf("it has schema %d, %v", version, err)
	}
}
