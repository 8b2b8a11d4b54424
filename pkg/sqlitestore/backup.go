package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
)

// Contents is how many there are of what a backup is about.
type Contents struct {
	Users    int `json:"users"`
	Bindings int `json:"bindings"`
	Sessions int `json:"sessions"`
	Roles    int `json:"roles"`
}

// Snapshot writes the store as it is at one moment to a new file, which only its owner may read. Meanwhile others may
// read and write. The file holds nothing of what was deleted before.
//
// Errors: StoreUnavailable; those of the file system.
func (s *Store) Snapshot(ctx context.Context, path string) error {
	if err := createFile(path); err != nil {
		return fmt.Errorf("sqlitestore: %w", err)
	}
	// VACUUM INTO takes an empty file, and keeps its permissions.
	if _, err := s.cleaner.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		if DiskIsFull(err) { // the file's disk, since the store is only read
			return fmt.Errorf("sqlitestore: %w", &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC})
		}
		return failed(ctx, err)
	}
	return nil
}

// Check reads a file that Snapshot has written from beginning to end. It changes nothing.
//
// Errors: ErrEmpty, ErrNotOurs, ErrNewerSchema; one that says what is damaged; SQLite's errors.
func Check(ctx context.Context, path string) (Contents, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Contents{}, fmt.Errorf("sqlitestore: %w", err)
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	db, err := sql.Open("sqlite", name.String()+"?mode=ro")
	if err != nil {
		return Contents{}, fmt.Errorf("sqlitestore: %w", err)
	}
	defer db.Close()
	c, err := check(ctx, db)
	if err != nil {
		return Contents{}, fmt.Errorf("sqlitestore: %w", err)
	}
	return c, nil
}

func check(ctx context.Context, db *sql.DB) (c Contents, err error) {
	if err := Examine(ctx, db); err != nil && !errors.Is(err, ErrOlderSchema) {
		return c, err
	}
	var damage string
	var broken int
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&damage); err != nil {
		return c, err
	}
	if damage != "ok" {
		return c, errors.New("the database is damaged: " + strings.Join(strings.Fields(damage), " ")) // SQLite writes it on two lines
	}
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM pragma_foreign_key_check`).Scan(&broken); err != nil {
		return c, err
	}
	if broken > 0 {
		return c, fmt.Errorf("the database is damaged: %d broken references", broken)
	}
	err = db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM bindings),
		(SELECT count(*) FROM sessions), (SELECT count(*) FROM roles)`).Scan(&c.Users, &c.Bindings, &c.Sessions, &c.Roles)
	return c, err
}

// ForgetAllSessions deletes every session, and returns how many there were.
//
// Errors: StoreUnavailable.
func (s *Store) ForgetAllSessions(ctx context.Context) (forgot int64, err error) {
	err = s.write(ctx, func(tx *conn) (err error) {
		forgot, err = tx.changes(ctx, `DELETE FROM sessions`)
		return err
	})
	return forgot, err
}
