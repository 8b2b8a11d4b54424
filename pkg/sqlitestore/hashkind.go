package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
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
func (s *Store) AddHashKind(ctx context.Context, kind string, most int) error {
	return s.write(ctx, func(tx *conn) error {
		var same, others int64
		if err := tx.one(ctx, []any{&same, &others}, `SELECT count(*) FILTER (WHERE kind = ?1), count(*) FILTER (WHERE kind <> ?1) FROM hash_kinds`, kind); err != nil || same > 0 {
			return err
		}
		if others >= int64(most) {
			return login.ErrHashKindsFull
		}
		_, err := tx.change(ctx, `INSERT INTO hash_kinds (kind) VALUES (?)`, kind)
		return err
	})
}
