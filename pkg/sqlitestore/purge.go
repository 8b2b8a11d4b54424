package sqlitestore

import (
	"context"
	"database/sql"
	"time"
)

// purgeBatch is how many rows go in one transaction, so that logins get in between.
const purgeBatch = 1000

// Purge forgets the sessions past their absolute end and the records past theirs,
// as DynamoDB does by itself. Call it every hour or so.
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
	return nil
}
