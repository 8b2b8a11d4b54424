package sqlitestore

import (
	"context"
	"database/sql"
)

// UnionConflict is a user whose binding has a unionid by which another user is found.
type UnionConflict struct{ UserID, FoundID string }

// UnionConflicts lists the users of a database of today's schema whose binding has a unionid by which another user is
// found. It only reads.
func UnionConflicts(ctx context.Context, db *sql.DB) ([]UnionConflict, error) {
	rows, err := db.QueryContext(ctx, `SELECT DISTINCT b.user_id, n.user_id FROM bindings b JOIN unions n ON n.idx = b.union_idx
		WHERE n.user_id <> b.user_id ORDER BY b.user_id, n.user_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []UnionConflict
	for rows.Next() {
		var c UnionConflict
		if err := rows.Scan(&c.UserID, &c.FoundID); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
