package sqlitestore_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// A copy by VACUUM INTO has another journal mode, in which readers and writers wait for each other.
func TestOpenTurnsOnTheLogOfACopy(t *testing.T) {
	folder := t.TempDir()
	original, path := filepath.Join(folder, "wxbind.db"), filepath.Join(folder, "copy.db")
	id, err := twoLogins(t.Context(), open(t, original))
	must(t, err)
	raw(t, original, "VACUUM INTO '"+path+"'")
	store := open(t, path)
	var mode string
	must(t, raw(t, path).QueryRow("PRAGMA journal_mode").Scan(&mode))
	if mode != "wal" {
		t.Errorf("the journal mode is %s", mode)
	}
	acknowledged(t, store, id)
}

// The files of a database that was read-only when somebody opened it are read-only, and stay so.
func TestOpenMendsReadOnlyCompanions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	for _, suffix := range []string{"-wal", "-shm"} {
		must(t, os.Chmod(path+suffix, 0o400))
	}
	open(t, path)
	for _, suffix := range []string{"-wal", "-shm"} {
		if info, err := os.Stat(path + suffix); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", suffix, info, err)
		}
	}
	_, err := firstLogin(t.Context(), store)
	must(t, err)
}

// Root may write to read-only files, so the file is a folder that nobody may write to.
func TestOpenRefusesWhatItMayNotWrite(t *testing.T) {
	const folder = "/proc/self"
	if _, err := os.Stat(folder); err != nil {
		t.Logf("no %s on this system: cmd/wxbind tests it as another user", folder)
		return
	}
	if err := sqlitestore.Access(filepath.Join(folder, "environ")); !errors.Is(err, sqlitestore.ErrAccess) {
		t.Errorf("got %v", err)
	}
}
