package sqlitestore

import (
	"context"
	"database/sql"
)

// ServedApps returns the appIds of the mini-programs that the database has served.
//
// Errors: StoreUnavailable.
func (s *Store) ServedApps(ctx context.Context) ([]string, error) {
	apps, err := ServedApps(ctx, s.upkeep)
	if err != nil {
		return nil, failed(ctx, err)
	}
	return apps, nil
}

// ServedApps is Store.ServedApps on a database of today's schema. It only reads.
func ServedApps(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT app_id FROM served_apps ORDER BY app_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var apps []string
	for rows.Next() {
		var app string
		if err := rows.Scan(&app); err != nil {
			return nil, err
		}
		apps = append(apps, app)
	}
	return apps, rows.Err()
}

// AddServedApp notes for good that the database serves a mini-program.
//
// Errors: StoreUnavailable.
func (s *Store) AddServedApp(ctx context.Context, appID string) error {
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `INSERT INTO served_apps (app_id) VALUES (?) ON CONFLICT DO NOTHING`, appID)
		return err
	})
}
