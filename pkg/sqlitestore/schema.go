package sqlitestore

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors of Open about a file that it cannot use.
var (
	ErrNotOurs     = errors.New("the file is not a wxbind database")
	ErrNewerSchema = errors.New("the database was made by a newer wxbind")
)

// Errors of Examine about a file that Open would write to.
var (
	ErrEmpty       = errors.New("the file is empty")
	ErrOlderSchema = errors.New("the database was made by an older wxbind")
)

// Examine reports what Open would find in a database. It only reads.
//
// Errors: ErrEmpty, ErrOlderSchema, ErrNotOurs, ErrNewerSchema; SQLite's errors.
func Examine(ctx context.Context, db *sql.DB) error {
	version, err := schemaOf(ctx, db)
	switch {
	case err != nil:
		return err
	case version == 0:
		return ErrEmpty
	case version < len(migrations):
		return ErrOlderSchema
	}
	return nil
}

// applicationID marks a database in its header as wxbind's ("wxbd").
const applicationID = 0x77786264

var (
	//go:embed schema1.sql
	schema1 string
	//go:embed schema2.sql
	schema2 string
	//go:embed schema3.sql
	schema3 string
	//go:embed schema4.sql
	schema4 string
	//go:embed schema5.sql
	schema5 string
	//go:embed schema6.sql
	schema6 string
	//go:embed schema7.sql
	schema7 string
	//go:embed schema8.sql
	schema8 string
	//go:embed schema9.sql
	schema9 string
)

// migrations lead from each version of the schema, kept in PRAGMA user_version, to the next. A released migration never
// changes; new ones are appended.
var migrations = []string{schema1, schema2, schema3, schema4, schema5, schema6, schema7, schema8, schema9}

// migrate turns on the write-ahead log and brings the schema up to date. If several processes do so at once, the first
// does the work; the others wait and find it done.
func (s *Store) migrate(ctx context.Context) error {
	version, err := schemaOf(ctx, s.upkeep)
	if err != nil {
		return err
	}
	if err := s.useWAL(ctx); err != nil || version == len(migrations) {
		return err
	}
	tx, err := s.upkeep.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // no effect after a commit; otherwise there is already an error
	if version, err = schemaOf(ctx, tx); err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", version+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version)); err != nil {
		return err
	}
	return tx.Commit()
}

// schemaOf reads the version of the schema, 0 for an empty file.
func schemaOf(ctx context.Context, db querier) (int, error) {
	var application, version, objects int
	err := db.QueryRowContext(ctx, `SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id a, pragma_user_version v`).Scan(&application, &version, &objects)
	switch {
	case code(err) == sqlite3.SQLITE_NOTADB:
		return 0, ErrNotOurs
	case err != nil:
		return 0, err
	case application != applicationID && (application != 0 || version != 0 || objects != 0):
		return 0, ErrNotOurs
	case version > len(migrations):
		return 0, fmt.Errorf("%w: its schema is version %d, this program supports up to %d", ErrNewerSchema, version, len(migrations))
	}
	return version, nil
}

// useWAL turns on the write-ahead log. The file remembers that, but a copy that VACUUM INTO or another tool has made may
// not. Here SQLite does not wait for another process that does the same, so useWAL retries.
func (s *Store) useWAL(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for {
		var mode string
		err := s.upkeep.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		switch {
		case err == nil && mode == "wal":
			return nil
		case err == nil:
			return fmt.Errorf("the file system does not support a write-ahead log (journal mode %s)", mode)
		case !busy(err):
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// querier is a pool of connections, or a transaction on one.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// busy says whether another connection's lock was in the way.
func busy(err error) bool { return code(err)&0xff == sqlite3.SQLITE_BUSY }

// code returns an error's SQLite result code, 0 for any other error.
func code(err error) int {
	failure, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0
	}
	return failure.Code()
}
