package sqlitestore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

const selectRecord = `SELECT version, value, expires_at FROM records WHERE name = ?`

func recordFields(r *login.Record) []any { return []any{&r.Version, &r.Value, &r.ExpiresAt} }

// LoadRecord implements login.Ephemeral.
func (s *Store) LoadRecord(ctx context.Context, name string) (r login.Record, err error) {
	err = s.read(ctx, func(c *conn) error {
		return found(c.one(ctx, recordFields(&r), selectRecord, name), login.ErrRecordNotFound)
	})
	return r, err
}

// StoreRecord implements login.Ephemeral.
func (s *Store) StoreRecord(ctx context.Context, name string, r login.Record) error {
	return s.write(ctx, func(tx *conn) error { return putRecord(ctx, tx, name, r) })
}

// SwapRecord implements login.Ephemeral.
func (s *Store) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	result := r
	err := s.write(ctx, func(tx *conn) error {
		var stored login.Record
		if err := tx.one(ctx, recordFields(&stored), selectRecord, name); err != nil && !errors.Is(err, errNoRow) {
			return err
		}
		switch stored.Version {
		case old:
			return putRecord(ctx, tx, name, r)
		case r.Version: // a repeat of a swap that is already done
			return nil
		}
		result = stored
		return answer{login.ErrRecordChanged}
	})
	return result, err
}

func putRecord(ctx context.Context, tx *conn, name string, r login.Record) error {
	_, err := tx.change(ctx, `INSERT INTO records (name, version, value, expires_at) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value, expires_at = excluded.expires_at`,
		name, r.Version, blob(r.Value), r.ExpiresAt.UnixMilli())
	return err
}

// blob is a value that is not stored as NULL.
func blob(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
