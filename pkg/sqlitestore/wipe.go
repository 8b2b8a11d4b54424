package sqlitestore

import (
	"context"
	"time"
)

// What was deleted must not be found in the files either. Three things see to that:
//
//   - secure_delete overwrites a deleted row with zeros, wherever the row was at that time.
//   - The write-ahead log still has the pages as they were before. Emptying it removes them.
//   - SQLite moves rows from page to page when it balances a tree. The page that it rebuilds (rebuildPage in its
//     btree.c) keeps what was in its unused bytes, also with secure_delete: copies of rows that are elsewhere by now,
//     where a later deletion overwrites them. About one user in a thousand leaves such a copy. Only rewriting the file
//     (VACUUM) removes it, which takes 30 ms for 2,000 users and 2 s for 100,000. So it is done once for all deletions
//     of an hour.

const (
	// emptyWait is how long emptying the log waits for other readers and writers.
	emptyWait = 250 * time.Millisecond
	// rewriteOnClose is the size, in bytes, up to which Close rewrites the file. Larger files are left to Purge.
	rewriteOnClose = 32 << 20
	// closeTime bounds the work of Close.
	closeTime = 5 * time.Second
)

// noteDeletion notes, in the transaction of a deletion, that the file must be rewritten.
func noteDeletion(ctx context.Context, tx *conn) error {
	_, err := tx.change(ctx, `INSERT INTO deletions DEFAULT VALUES`)
	return err
}

// deletes runs a transaction that may delete what names a person. It then empties the write-ahead log, if do says that
// something was deleted. The deletion stands, whether or not the log can be emptied now: see emptyLog.
func (s *Store) deletes(ctx context.Context, do func(tx *conn) (deleted bool, err error)) error {
	var deleted bool
	err := s.write(ctx, func(tx *conn) (err error) {
		if deleted, err = do(tx); err != nil || !deleted {
			return err
		}
		return noteDeletion(ctx, tx)
	})
	if err == nil && deleted {
		s.deleted.Store(true)
		s.emptyLog(ctx) //nolint:errcheck // the next deletion, Purge and Close try again
	}
	return err
}

// emptyLog moves the write-ahead log into the database and truncates it. It reports false if another connection was
// reading an older state or writing for longer than emptyWait. Then whoever deletes, purges or closes next tries again.
func (s *Store) emptyLog(ctx context.Context) (bool, error) {
	var busy, frames, moved int
	err := s.cleaner.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved)
	return err == nil && busy == 0, err
}

// rewrite rewrites the file if something was deleted since it was last rewritten, and empties the log.
func (s *Store) rewrite(ctx context.Context) error {
	var last int64
	if err := s.upkeep.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM deletions`).Scan(&last); err != nil {
		return failed(ctx, err)
	}
	if last > 0 {
		if _, err := s.upkeep.ExecContext(ctx, `VACUUM`); err != nil {
			return failed(ctx, err)
		}
	}
	emptied, err := s.emptyLog(ctx)
	if err != nil {
		return failed(ctx, err)
	}
	if last == 0 || !emptied { // the old pages are still in the database, until the log can be moved into it
		return nil
	}
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `DELETE FROM deletions WHERE id <= ?`, last)
		return err
	})
}

// wipeOnClose rewrites a file that is not large if this process has deleted something.
func (s *Store) wipeOnClose() {
	if !s.deleted.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(s.opened, closeTime)
	defer cancel()
	var size int64
	err := s.upkeep.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&size)
	if err == nil && size <= rewriteOnClose {
		s.rewrite(ctx) //nolint:errcheck // the note of the deletion stays, and the next purge does it
	} else {
		s.emptyLog(ctx) //nolint:errcheck // likewise
	}
}
