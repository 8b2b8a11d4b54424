package sqlitestore

import (
	"context"
	"database/sql"
)

// ServedApps returns the appIds of the mini-programs that the database has served.
//
// Errors: StoreUnavailable.
func (s *Store) ServedApps(ctx context.Context) ([]string, error) { return ServedApps(ctx, s.reader) }

// ServedApps is Store.ServedApps on a database of today's schema. It only reads.
func ServedApps(ctx context.Context, db *sql.DB) ([]string, error) {
	return list(ctx, db, func(appID *string) []any { return []any{appID} }, `SELECT app_id FROM served_apps ORDER BY app_id`)
}

// AddServedApp notes for good that the database serves a mini-program.
//
// Errors: StoreUnavailable.
func (s *Store) AddServedApp(ctx context.Context, appID string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := change(ctx, tx, `INSERT INTO served_apps (app_id) VALUES (?) ON CONFLICT DO NOTHING`, appID)
		return err
	})
}
