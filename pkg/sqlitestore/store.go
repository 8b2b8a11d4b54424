package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// readers is how many reads a process runs at once.
const readers = 4

// lockWait bounds the wait for another process's write if the context does not.
const lockWait = 10 * time.Second

// Store implements every store that login has a port for. Close it after use.
type Store struct {
	writer  *sql.DB // one connection
	groups  groups
	reader  *sql.DB
	cleaner *sql.DB // one connection, which empties the write-ahead log
	// deleted says that this process has deleted what names a person.
	deleted atomic.Bool
	// opened is the context of Open, without its end, for the work of Close.
	opened context.Context
}

// Open opens the database file at path. If the file or its folder does not exist, Open creates it, for the owner only.
// It migrates an older schema. Several processes may do so at once.
//
// Errors: ErrNotOurs, ErrNewerSchema, ErrAccess; those of the file system and of the context.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	if err := createFile(path); err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	if err := errors.Join(mendCompanions(path), Access(path)); err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	s := &Store{groups: groups{turn: make(chan struct{}, 1)}, opened: context.WithoutCancel(ctx)}
	if s.writer, err = connect(path, 1, lockWait, "_txlock=immediate&_pragma=foreign_keys(1)&_pragma=secure_delete(1)"); err != nil {
		return nil, err
	}
	if s.reader, err = connect(path, readers, lockWait, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, s.shut())
	}
	if s.cleaner, err = connect(path, 1, emptyWait, ""); err != nil {
		return nil, errors.Join(err, s.shut())
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlitestore: %s: %w", path, err), s.shut())
	}
	return s, nil
}

// Close closes the file. If this process has deleted something, Close first rewrites the file; see wipe.go.
func (s *Store) Close() error {
	s.wipeOnClose()
	return s.shut()
}

// shut closes the connections: the writer last, which empties the write-ahead log.
func (s *Store) shut() error {
	var err error
	for _, db := range []*sql.DB{s.reader, s.cleaner, s.writer} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// connect opens a pool of connections, which wait that long for a lock. synchronous=FULL waits for the disk at each
// commit. WAL does not need that to stay consistent, but an acknowledged login needs it to survive a crash.
func connect(path string, connections int, wait time.Duration, options string) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	db, err := sql.Open("sqlite", fmt.Sprintf("%s?_pragma=busy_timeout(%d)&_pragma=synchronous(FULL)&_dqs=0&%s",
		&name, wait.Milliseconds(), options))
	if err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// creating keeps SQLite away from the file while createFile has it open: when a process closes any descriptor of a
// file, POSIX drops all its locks on that file.
var creating sync.Mutex

// createFile creates an empty file that only its owner may read, if there is none. SQLite gives its companion files the
// same permissions.
func createFile(path string) error {
	creating.Lock()
	defer creating.Unlock()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}
