package sqlitestore

import (
	"context"
)

// HashKinds implements login.HashKinds.
func (s *Store) HashKinds(ctx context.Context) (kinds []string, err error) {
	err = s.read(ctx, func(c *conn) error {
		kinds, err = list(ctx, c, func(kind *string) []any { return []any{kind} }, `SELECT kind FROM hash_kinds ORDER BY kind`)
		return err
	})
	return kinds, err
}

// AddHashKind implements login.HashKinds.
func (s *Store) AddHashKind(ctx context.Context, kind string) error {
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `INSERT INTO hash_kinds (kind) VALUES (?) ON CONFLICT DO NOTHING`, kind)
		return err
	})
}
