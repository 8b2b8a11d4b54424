package sqlitestore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// querier is a pool of connections, or a transaction on one.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// read runs reads that all see the same moment.
func (s *Store) read(ctx context.Context, do func(tx *sql.Tx) error) error {
	return transact(ctx, s.reader, do)
}

// list reads all rows of a query. fields returns where the columns of a row go.
func list[T any](ctx context.Context, db *sql.DB, fields func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(fields(&one)...); err != nil {
			return nil, failed(ctx, err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, failed(ctx, err)
	}
	return all, nil
}

// moment reads a time stored as milliseconds.
type moment struct{ *time.Time }

func (m moment) Scan(value any) error {
	ms, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", value)
	}
	*m.Time = time.UnixMilli(ms).UTC()
	return nil
}

// document reads a value stored as JSON.
type document struct{ into any }

func (d document) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a document is stored as %T", value)
	}
	return json.Unmarshal([]byte(text), d.into)
}

// asJSON writes strings and trees of them, which can always be written as JSON.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
