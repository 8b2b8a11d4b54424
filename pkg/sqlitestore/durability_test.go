package sqlitestore

import (
	"path/filepath"
	"strings"
	"testing"
)

// A crash of the machine cannot be tested here; what SQLite's documentation asks
// for to survive one can (https://www.sqlite.org/pragma.html#pragma_synchronous).
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

// A file system without the means for a write-ahead log is refused. SQLite says so as it
// does for a database in memory: by another journal mode, and without an error.
func TestDatabaseWithoutAWriteAheadLogIsRefused(t *testing.T) {
	db, err := connect("/memory", 1, "mode=memory")
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
