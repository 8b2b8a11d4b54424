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
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// readers is how many reads a process does at the same time.
const readers = 4

// lockWait bounds the wait for another process's write where a context does not.
const lockWait = 10 * time.Second

// Store implements every store that login has a port for. Close it after use.
type Store struct {
	writer *sql.DB // one connection
	reader *sql.DB
}

// Open opens the database file at path. It makes the file and the folder that it
// lies in where they are missing, for the owner alone, and brings an older
// schema up to date. Several processes may do so at the same time.
//
// Errors: ErrNotOurs, ErrNewerSchema; those of the file system and of the context.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	if err := createFile(path); err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	s := &Store{}
	if s.writer, err = connect(path, 1, "_txlock=immediate&_pragma=foreign_keys(1)&_pragma=secure_delete(1)"); err != nil {
		return nil, err
	}
	if s.reader, err = connect(path, readers, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlitestore: %s: %w", path, err), s.Close())
	}
	return s, nil
}

// Close closes the file. The writer goes last: it empties the write-ahead log.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// connect gives a pool of connections. synchronous=FULL waits for the disk at each
// commit, which WAL does not need to stay whole but an answered login needs to last.
func connect(path string, connections int, options string) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	db, err := sql.Open("sqlite", fmt.Sprintf("%s?_pragma=busy_timeout(%d)&_pragma=synchronous(FULL)&_dqs=0&%s",
		&name, lockWait.Milliseconds(), options))
	if err != nil {
		return nil, fmt.Errorf("sqlitestore: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// creating keeps the file that createFile has open away from SQLite: POSIX drops
// all locks of a process on a file when it closes any descriptor of it.
var creating sync.Mutex

// createFile makes an empty file that only its owner may read, if there is none.
// SQLite gives the files that it lays beside it the same permissions.
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
