package sqlitestore

import (
	"context"
	"database/sql"
	"time"
)

// purgeBatch is how many rows one transaction deletes, so that logins get in between.
const purgeBatch = 1000

// Purge deletes sessions past their absolute end and expired records, as DynamoDB does by itself. Call it about every
// hour.
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
