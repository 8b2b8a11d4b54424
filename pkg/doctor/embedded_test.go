package doctor_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// files makes the files of an embedded store.
func files(t *testing.T) doctor.Files {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	must(t, os.Mkdir(folder, 0o700))
	f := doctor.Files{Folder: folder, Database: filepath.Join(folder, "wxbind.db"), SealKey: filepath.Join(folder, "seal.key")}
	if _, err := secrets.SealKeyFile(f.SealKey); err != nil {
		t.Fatal(err)
	}
	s, err := sqlitestore.Open(t.Context(), f.Database)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}

func sqlite(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEmbeddedStore(t *testing.T) {
	const wholeStore, goodKey, goodModes, goodDisk = "ok store: ", "ok seal key: ", "ok permissions: ", "ok disk: "
	for name, row := range map[string]struct {
		spoil             func(*testing.T, doctor.Files)
		store, key, modes string
	}{
		"in order": {func(*testing.T, doctor.Files) {}, wholeStore, goodKey, goodModes},
		"a database that is none": {func(t *testing.T, f doctor.Files) {
			must(t, os.WriteFile(f.Database, []byte("S3CRET, and no database at all; it is long enough to have a header of one, which is a hundred bytes."), 0o600))
		}, "FAIL store: ", goodKey, goodModes},
		"a damaged database": {func(t *testing.T, f doctor.Files) {
			raw, err := os.ReadFile(f.Database)
			must(t, err)
			// All pages lose their contents, except the first, which has the schema.
			copy(raw[4096:], bytes.Repeat([]byte{0xee}, len(raw)-4096))
			must(t, os.WriteFile(f.Database, raw, 0o600))
		}, "FAIL store: ", goodKey, goodModes},
		"another's database": {func(t *testing.T, f doctor.Files) {
			must(t, os.Remove(f.Database))
			sqlite(t, f.Database, "CREATE TABLE notes (text)")
			must(t, os.Chmod(f.Database, 0o600))
		}, "FAIL store: /", goodKey, goodModes},
		"a newer schema": {func(t *testing.T, f doctor.Files) { sqlite(t, f.Database, "PRAGMA user_version = 999") },
			"FAIL store: /", goodKey, goodModes},
		"no seal key":               {func(t *testing.T, f doctor.Files) { must(t, os.Remove(f.SealKey)) }, wholeStore, "FAIL seal key: ", goodModes},
		"a damaged key":             {func(t *testing.T, f doctor.Files) { must(t, os.WriteFile(f.SealKey, []byte("S3CRET"), 0o600)) }, wholeStore, "FAIL seal key: the seal key in ", goodModes},
		"a key for all":             {func(t *testing.T, f doctor.Files) { must(t, os.Chmod(f.SealKey, 0o644)) }, wholeStore, goodKey, "FAIL permissions: "},
		"a folder for all to write": {func(t *testing.T, f doctor.Files) { must(t, os.Chmod(f.Folder, 0o777)) }, wholeStore, goodKey, "FAIL permissions: "},
		"a folder for all to read":  {func(t *testing.T, f doctor.Files) { must(t, os.Chmod(f.Folder, 0o755)) }, wholeStore, goodKey, "warn permissions: "},
		"a database for a group":    {func(t *testing.T, f doctor.Files) { must(t, os.Chmod(f.Database, 0o640)) }, wholeStore, goodKey, "FAIL permissions: "},
	} {
		t.Run(name, func(t *testing.T) {
			f := files(t)
			row.spoil(t, f)
			unions := "ok unionids: "
			if row.store != wholeStore {
				unions = "skip unionids: "
			}
			wantLines(t, doctor.Embedded(f), row.store, unions, row.key, row.modes, goodDisk)
			if _, err := os.Stat(f.SealKey); name == "no seal key" && err == nil {
				t.Error("it has made a seal key")
			}
		})
	}
}

// The write-ahead log holds what the database will. (The other checks open the store, which removes an empty log.)
func TestPermissionsOfTheLog(t *testing.T) {
	f := files(t)
	must(t, os.WriteFile(f.Database+"-wal", nil, 0o600))
	must(t, os.Chmod(f.Database+"-wal", 0o644))
	wantLines(t, []doctor.Check{doctor.Permissions(f)}, "FAIL permissions: "+f.Database+"-wal")
}

// doctor changes nothing: it makes no store of an empty file, whose contents are lost, and migrates no schema while an
// older wxbind runs.
func TestEmbeddedStoreStaysAsItIs(t *testing.T) {
	for want, spoil := range map[string]func(*testing.T, doctor.Files){
		"FAIL store: ": func(t *testing.T, f doctor.Files) { must(t, os.Truncate(f.Database, 0)) },
		"warn store: ": func(t *testing.T, f doctor.Files) { sqlite(t, f.Database, "PRAGMA user_version = 1") },
	} {
		f := files(t)
		spoil(t, f)
		before, err := os.ReadFile(f.Database)
		must(t, err)
		wantLines(t, doctor.Embedded(f), want+f.Database, "skip unionids", "ok seal key", "ok permissions", "ok disk")
		if after, err := os.ReadFile(f.Database); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%sthe database was changed, %v", want, err)
		}
	}
}

// doctor can examine a store that wxbind serve has open.
func TestEmbeddedStoreInUse(t *testing.T) {
	f := files(t)
	s, err := sqlitestore.Open(t.Context(), f.Database)
	must(t, err)
	defer s.Close()
	wantLines(t, doctor.Embedded(f), "ok store: "+f.Database+" is intact", "ok unionids", "ok seal key: "+f.SealKey, "ok permissions", "ok disk")
}
