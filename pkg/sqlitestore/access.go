package sqlitestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrAccess is an error of Access and Open about a file or folder that this user may not read and write.
var ErrAccess = errors.New("this user may not read and write it")

// companions of a database file: the write-ahead log and the index of it that processes share.
var companions = []string{"-wal", "-shm"}

// Access reports whether this user may use the database at path, as far as it exists: read and write the file, its
// companions and its folder. SQLite would open a file that it may only read, and every write would fail later. Access
// opens nothing: see createFile for the reason.
//
// Errors: ErrAccess, with the path.
func Access(path string) error {
	for _, name := range []string{filepath.Dir(path), path, path + companions[0], path + companions[1]} {
		if err := access(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w (%w)", name, ErrAccess, err)
		}
	}
	return nil
}

// mendCompanions gives companions that their owner may not write the permissions of the database. SQLite makes them with
// the permissions that the database has at that time, so one that was made read-only for a while leaves such files.
func mendCompanions(path string) error {
	database, err := os.Stat(path)
	if err != nil || database.Mode().Perm()&0o600 != 0o600 {
		return err // Access says so
	}
	for _, suffix := range companions {
		info, err := os.Stat(path + suffix)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&0o600 == 0o600 {
			continue
		}
		if err == nil {
			err = os.Chmod(path+suffix, database.Mode().Perm())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w (%w)", path+suffix, ErrAccess, err)
		}
	}
	return nil
}
