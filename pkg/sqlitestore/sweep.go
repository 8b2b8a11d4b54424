package sqlitestore

import (
	"context"
	"time"
)

// Most records live for seconds. Each commit sweeps away some of those that have expired, so the file does not grow with
// the logins of an hour.

// sweepEach is how many records a commit looks at for each write in it. Each write adds two at most.
const sweepEach = 4

// sweepWithin is what a record may have left to live for the sweep to wait for it. It passes by those that live longer,
// such as counters of wrong passwords: Purge deletes them.
const sweepWithin = time.Minute

// expiry is when a record expires.
type expiry struct {
	id int64
	at time.Time
}

func (e *expiry) fields() []any { return []any{&e.id, &e.at} }

const selectExpiries = `SELECT id, expires_at FROM records WHERE id > ? ORDER BY id LIMIT ?`

// deleteExpired deletes the expired ones of the records after one, up to another.
func deleteExpired(ctx context.Context, tx *conn, after, last int64, now time.Time) error {
	_, err := tx.change(ctx, `DELETE FROM records WHERE id > ? AND id <= ? AND expires_at <= ?`, after, last, now.UnixMilli())
	return err
}

// sweep deletes expired records after the one that the last sweep has reached, in the transaction of that many writes.
// It returns the one that it has reached.
func (s *Store) sweep(tx *conn, last int64, writes int) (reached int64, err error) {
	ctx, now := context.Background(), s.now()
	var e expiry
	empty, expired := true, false
	reached = last
	if err := tx.each(ctx, e.fields(), func() bool {
		empty = false
		over := !now.Before(e.at)
		if !over && e.at.Before(now.Add(sweepWithin)) {
			return false
		}
		reached, expired = e.id, expired || over
		return true
	}, selectExpiries, last, sweepEach*writes); err != nil {
		return last, err
	}
	switch {
	case empty: // ids are given again if the highest one was deleted
		err = tx.one(ctx, []any{&reached}, `SELECT coalesce(max(id), 0) FROM records`)
	case expired:
		err = deleteExpired(ctx, tx, last, reached, now)
	}
	return reached, err
}

func (s *Store) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
