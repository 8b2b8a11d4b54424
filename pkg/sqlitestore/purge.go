package sqlitestore

import (
	"context"
	"slices"
	"time"
)

// purgeBatch is how many rows a purge looks at before it lets logins get in between.
const purgeBatch = 1000

// Purge deletes sessions past their absolute end and expired records, as DynamoDB does by itself, and sessions of users
// who are gone. If a person's data was deleted since the last time, it then rewrites the file; see wipe.go. Call it
// about every hour.
//
// Errors: StoreUnavailable.
func (s *Store) Purge(ctx context.Context, now time.Time) error {
	if err := s.purgeRecords(ctx, now); err != nil {
		return err
	}
	if err := s.purgeSessions(ctx, now); err != nil {
		return err
	}
	return s.rewrite(ctx)
}

// purgeRecords walks through all records.
func (s *Store) purgeRecords(ctx context.Context, now time.Time) error {
	var last int64
	for {
		var page []expiry
		err := s.read(ctx, func(c *conn) (err error) {
			page, err = list(ctx, c, (*expiry).fields, selectExpiries, last, purgeBatch)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		first := last
		last = page[len(page)-1].id
		if !slices.ContainsFunc(page, func(e expiry) bool { return !now.Before(e.at) }) {
			continue
		}
		if err := s.write(ctx, func(tx *conn) error { return deleteExpired(ctx, tx, first, last, now) }); err != nil {
			return err
		}
	}
}

// standing is what a purge reads of a session.
type standing struct {
	userID, tokenHash string
	over, orphan      bool
}

// purgeSessions walks through all sessions. It deletes those of users who are gone as a deletion of a person: a login
// stores such a session, and deletes it again, if its user is deleted at the same time; if its process dies in between,
// the session stays.
func (s *Store) purgeSessions(ctx context.Context, now time.Time) error {
	var last standing
	for {
		var page []standing
		err := s.read(ctx, func(c *conn) (err error) {
			page, err = list(ctx, c, func(s *standing) []any { return []any{&s.userID, &s.tokenHash, &s.over, &s.orphan} },
				`SELECT user_id, token_hash, absolute_end <= ?, NOT EXISTS (SELECT 1 FROM users u WHERE u.id = user_id) FROM sessions
				WHERE (user_id, token_hash) > (?, ?) ORDER BY user_id, token_hash LIMIT ?`,
				now.UnixMilli(), last.userID, last.tokenHash, purgeBatch)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		last = page[len(page)-1]
		if err := s.purgePage(ctx, page); err != nil {
			return err
		}
	}
}

func (s *Store) purgePage(ctx context.Context, page []standing) error {
	var over []standing
	for _, p := range page {
		switch {
		case p.orphan:
			if err := s.ForgetSession(ctx, p.userID, p.tokenHash); err != nil {
				return err
			}
		case p.over:
			over = append(over, p)
		}
	}
	if len(over) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *conn) error {
		for _, p := range over {
			if _, err := tx.change(ctx, deleteSession, p.userID, p.tokenHash); err != nil {
				return err
			}
		}
		return nil
	})
}

// Used reports whether the store has users, or had some who left something.
//
// Errors: StoreUnavailable.
func (s *Store) Used(ctx context.Context) (used bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		used, err = c.has(ctx, `SELECT 1 FROM users UNION ALL SELECT 1 FROM sessions LIMIT 1`)
		return err
	})
	return used, err
}
