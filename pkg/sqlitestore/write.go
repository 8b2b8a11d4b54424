package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/wxbind/wxbind/pkg/login"
)

// answer is a refusal that the contract foresees, as opposed to a failure of the database.
type answer struct{ error }

// write runs do in a transaction that excludes all other writes. If do returns an error, nothing of it is written, and
// write returns the answer in that error, or else StoreUnavailable. do may run more than once; the last time counts.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.groups.write(ctx, s.writer, do)
}

// transact runs a transaction on a connection of db; see write for its errors.
func transact(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return failed(ctx, err)
	}
	defer tx.Rollback() //nolint:errcheck // no effect after a commit; otherwise there is already an error
	if err := do(tx); err != nil {
		return failed(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return failed(ctx, err)
	}
	return nil
}

// failed is the error that a caller gets. SQLite's errors name tables and columns, never values. An error caused by the
// context's end says so.
func failed(ctx context.Context, err error) error {
	if no, ok := errors.AsType[answer](err); ok {
		return no.error
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("%w: %w", ended, err)
	}
	return login.Unavailable(fmt.Errorf("sqlitestore: %w", err))
}

// change executes a statement and reports whether it changed a row.
func change(ctx context.Context, tx *sql.Tx, statement string, args ...any) (bool, error) {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// mustChange is change, but returns none if no row changed.
func mustChange(ctx context.Context, tx *sql.Tx, none error, statement string, args ...any) error {
	changed, err := change(ctx, tx, statement, args...)
	if err == nil && !changed {
		return answer{none}
	}
	return err
}

// found turns a missing row into the answer none.
func found(err, none error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return answer{none}
	}
	return err
}
