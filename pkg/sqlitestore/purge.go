package sqlitestore

import (
	"context"
	"database/sql"
	"time"
)

// purgeBatch is how many rows one transaction deletes, so that logins get in between.
const purgeBatch = 1000

// Purge deletes sessions past their absolute end and expired records, as DynamoDB does by itself, and sessions of users
// who are gone. If a person's data was deleted since the last time, it then rewrites the file; see wipe.go. Call it
// about every hour.
//
// Errors: StoreUnavailable.
func (s *Store) Purge(ctx context.Context, now time.Time) error {
	for _, statement := range []string{
		`DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE absolute_end <= ? LIMIT ?)`,
		`DELETE FROM records WHERE rowid IN (SELECT rowid FROM records WHERE expires_at <= ? LIMIT ?)`,
	} {
		for more := true; more; {
			err := s.write(ctx, func(tx *sql.Tx) (err error) {
				more, err = change(ctx, tx, statement, now.UnixMilli(), purgeBatch)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if err := s.forgetOrphans(ctx); err != nil {
		return err
	}
	return s.rewrite(ctx)
}

// forgetOrphans deletes the sessions of users who are gone. A login stores such a session, and deletes it again, if its
// user is deleted at the same time; if its process dies in between, the session stays.
func (s *Store) forgetOrphans(ctx context.Context) error {
	orphans, err := list(ctx, s.reader, func(o *[2]string) []any { return []any{&o[0], &o[1]} },
		`SELECT user_id, token_hash FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = s.user_id)`)
	if err != nil {
		return err
	}
	for _, o := range orphans {
		if err := s.ForgetSession(ctx, o[0], o[1]); err != nil {
			return err
		}
	}
	return nil
}

// Used reports whether the store has users, or had some who left something.
//
// Errors: StoreUnavailable.
func (s *Store) Used(ctx context.Context) (used bool, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM sessions)`).Scan(&used)
	if err != nil {
		return false, failed(ctx, err)
	}
	return used, nil
}
