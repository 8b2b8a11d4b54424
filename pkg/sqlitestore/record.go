package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

const selectRecord = `SELECT version, value, expires_at FROM records WHERE name = ?`

func scanRecord(row *sql.Row) (r login.Record, err error) {
	err = row.Scan(&r.Version, &r.Value, moment{&r.ExpiresAt})
	return r, err
}

// LoadRecord implements login.Ephemeral.
func (s *Store) LoadRecord(ctx context.Context, name string) (login.Record, error) {
	r, err := scanRecord(s.reader.QueryRowContext(ctx, selectRecord, name))
	if err != nil {
		return login.Record{}, failed(ctx, found(err, login.ErrRecordNotFound))
	}
	return r, nil
}

// StoreRecord implements login.Ephemeral.
func (s *Store) StoreRecord(ctx context.Context, name string, r login.Record) error {
	return s.write(ctx, func(tx *sql.Tx) error { return putRecord(ctx, tx, name, r) })
}

// SwapRecord implements login.Ephemeral.
func (s *Store) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	result := r
	err := s.write(ctx, func(tx *sql.Tx) error {
		stored, err := scanRecord(tx.QueryRowContext(ctx, selectRecord, name))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
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

func putRecord(ctx context.Context, tx *sql.Tx, name string, r login.Record) error {
	// A nil value would be stored as NULL.
	value := append([]byte{}, r.Value...)
	_, err := tx.ExecContext(ctx, `INSERT INTO records VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value, expires_at = excluded.expires_at`,
		name, r.Version, value, r.ExpiresAt.UnixMilli())
	return err
}
