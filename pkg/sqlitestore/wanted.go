package sqlitestore

import (
	"context"
	"database/sql"
	"time"
)

// NoticesWanted says whether notices are kept: what WantNotices was last told.
//
// Errors: StoreUnavailable.
func (s *Store) NoticesWanted(ctx context.Context) (wanted bool, err error) {
	err = s.read(ctx, func(c *conn) error { return c.one(ctx, []any{&wanted}, `SELECT wanted FROM outbox`) })
	return wanted, err
}

// WaitingNotices counts the users of a database with notices that wait, and says since when the oldest of them does; zero if there are
// none. It reads only.
func WaitingNotices(ctx context.Context, db *sql.DB) (users int, oldest time.Time, err error) {
	var at int64
	if err := db.QueryRowContext(ctx, `SELECT count(DISTINCT user_id), coalesce(min(at), 0) FROM notices`).Scan(&users, &at); err != nil || users == 0 {
		return 0, time.Time{}, err
	}
	return users, time.UnixMilli(at).UTC(), nil
}
