package sqlitestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/wxbind/wxbind/pkg/login"
)

// answer is a refusal that the contract foresees, as opposed to a failure of the database.
type answer struct{ error }

// write runs do in a transaction that excludes all other writes. If do returns an error, nothing of it is written, and
// write returns the answer in that error, or else StoreUnavailable.
func (s *Store) write(ctx context.Context, do func(tx *conn) error) error {
	return s.groups.write(&groupedWrite{ctx: ctx, do: do}) //nolint:contextcheck // it has its caller's
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

// found turns a missing row into the answer none.
func found(err, none error) error {
	if errors.Is(err, errNoRow) {
		return answer{none}
	}
	return err
}
