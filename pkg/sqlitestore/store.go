package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
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

// writing are the settings of a connection that writes. A log that has grown beyond 16 MiB while somebody read for long
// is cut when it begins anew.
const writing = "_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=journal_size_limit(16777216)"

// Store implements every store that login has a port for. Close it after use.
type Store struct {
	// Now is the clock by which records expire, and notices are written; nil means time.Now. Set it before the store is used.
	Now func() time.Time

	groups  groups
	readers *pool
	upkeep  *sql.DB // one connection, for what is rare or takes long
	cleaner *sql.DB // one connection, which empties the write-ahead log
	// ended is when a session last ended; see stamp.
	ended atomic.Int64
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
	s := &Store{
		groups:  groups{writer: newPool(nameOf(path, writing), 1)},
		readers: newPool(nameOf(path, "_pragma=query_only(1)"), readers),
		opened:  context.WithoutCancel(ctx),
	}
	s.groups.sweep = s.sweep
	if s.upkeep, err = connect(path, lockWait, "_txlock=immediate&"+writing); err != nil {
		return nil, err
	}
	if s.cleaner, err = connect(path, emptyWait, ""); err != nil {
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

// shut closes the connections: the writer's last, which empties the write-ahead log.
func (s *Store) shut() error {
	err := s.readers.close()
	for _, db := range []*sql.DB{s.cleaner, s.upkeep} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return errors.Join(err, s.groups.writer.close())
}

// connect opens a connection for package sql, which waits that long for a lock.
func connect(path string, wait time.Duration, options string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", nameOf(path, fmt.Sprintf("_pragma=busy_timeout(%d)&%s", wait.Milliseconds(), options)))
	if err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, nil
}

// stamp says when a session ended, in milliseconds. It never gives the same twice, nor an earlier one after a later.
func (s *Store) stamp() int64 {
	for {
		last := s.ended.Load()
		next := max(time.Now().UnixMilli(), last+1)
		if s.ended.CompareAndSwap(last, next) {
			return next
		}
	}
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
