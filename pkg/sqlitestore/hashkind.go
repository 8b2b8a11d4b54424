package sqlitestore

import (
	"context"
	"database/sql"
)

// HashKinds implements login.HashKinds.
func (s *Store) HashKinds(ctx context.Context) ([]string, error) {
	return list(ctx, s.reader, func(kind *string) []any { return []any{kind} }, `SELECT kind FROM hash_kinds ORDER BY kind`)
}

// AddHashKind implements login.HashKinds.
func (s *Store) AddHashKind(ctx context.Context, kind string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := change(ctx, tx, `INSERT INTO hash_kinds (kind) VALUES (?) ON CONFLICT DO NOTHING`, kind)
		return err
	})
}
