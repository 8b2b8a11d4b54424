package sqlitestore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"modernc.org/sqlite"
)

// conn is a connection to the file. It keeps each statement that it has prepared, because parsing one takes SQLite
// longer than running it. One goroutine at a time may use it.
//
// It uses the driver without package sql. A statement that a context can interrupt costs a goroutine there, and an
// interrupted write costs the whole transaction. Statements here are short: between them, the methods look at the
// context.
type conn struct {
	driver driver.Conn
	kept   map[string]statement
	// args and row are used again for each statement.
	args []driver.NamedValue
	row  []driver.Value
	// broken says that nobody knows what state the connection is in.
	broken bool
}

// statement is what the driver prepares.
type statement interface {
	driver.StmtExecContext
	driver.StmtQueryContext
	Close() error
}

// errNoRow is the error of one if there is no row.
var errNoRow = errors.New("no row")

func openConn(ctx context.Context, name string) (*conn, error) {
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{driver: opened, kept: map[string]statement{}}, nil
}

func (c *conn) close() error {
	var err error
	for _, s := range c.kept {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.driver.Close())
}

// prepared returns a statement, and its arguments as the driver takes them. The text must be one of few.
func (c *conn) prepared(ctx context.Context, text string, args []any) (statement, []driver.NamedValue, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s, ok := c.kept[text]
	if !ok {
		fresh, err := c.driver.Prepare(text)
		if err != nil {
			return nil, nil, err
		}
		s = fresh.(statement) //nolint:forcetypeassert // the driver documents it
		c.kept[text] = s
	}
	c.args = c.args[:0]
	for i, arg := range args {
		if n, ok := arg.(int); ok {
			arg = int64(n)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	return s, c.args, nil
}

// run executes a statement that no context ends.
func (c *conn) run(text string) error {
	_, err := c.changes(context.Background(), text)
	return err
}

// rollback ends a transaction, if SQLite has not already done so because of a failure.
func (c *conn) rollback() {
	if c.run("ROLLBACK") != nil {
		c.broken = true
	}
}

// change executes a statement and reports whether it changed a row.
func (c *conn) change(ctx context.Context, text string, args ...any) (bool, error) {
	changed, err := c.changes(ctx, text, args...)
	return changed > 0, err
}

// changes executes a statement and reports how many rows it changed.
func (c *conn) changes(ctx context.Context, text string, args ...any) (int64, error) {
	s, values, err := c.prepared(ctx, text, args)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), values) //nolint:contextcheck // see conn
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// mustChange is change, but answers none if no row changed.
func (c *conn) mustChange(ctx context.Context, none error, text string, args ...any) error {
	changed, err := c.change(ctx, text, args...)
	if err == nil && !changed {
		return answer{none}
	}
	return err
}

// one reads the first row of a query into fields; see assign.
//
// Errors: errNoRow.
func (c *conn) one(ctx context.Context, fields []any, text string, args ...any) error {
	found := false
	err := c.each(ctx, fields, func() bool { found = true; return false }, text, args...)
	if err == nil && !found {
		return errNoRow
	}
	return err
}

// has reports whether a query has a row.
func (c *conn) has(ctx context.Context, text string, args ...any) (has bool, err error) {
	var one int64
	err = c.each(ctx, []any{&one}, func() bool { has = true; return false }, text, args...)
	return has, err
}

// list reads all rows of a query. fields returns where the columns of a row go.
func list[T any](ctx context.Context, c *conn, fields func(*T) []any, text string, args ...any) (all []T, err error) {
	var row, zero T
	err = c.each(ctx, fields(&row), func() bool {
		all = append(all, row)
		row = zero
		return true
	}, text, args...)
	return all, err
}

// each reads the rows of a query into fields, one after another, until more, which it calls after each, says no.
func (c *conn) each(ctx context.Context, fields []any, more func() bool, text string, args ...any) (err error) {
	s, values, err := c.prepared(ctx, text, args)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), values) //nolint:contextcheck // see conn
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.Close(); err == nil { // an error of a row comes again
			err = closing
		}
	}()
	if len(c.row) < len(fields) {
		c.row = make([]driver.Value, len(fields))
	}
	row := c.row[:len(fields)]
	for {
		switch err := rows.Next(row); {
		case err == io.EOF: //nolint:errorlint // the driver returns it as it is
			return nil
		case err != nil:
			return err
		}
		for i, field := range fields {
			if err := assign(field, row[i]); err != nil {
				return err
			}
		}
		if !more() {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// document is a value that is stored as JSON.
type document struct{ into any }

// assign stores the value of a column. A time is stored as milliseconds. NULL leaves the field as it is.
func assign(field any, value driver.Value) error {
	switch v := value.(type) {
	case string:
		switch f := field.(type) {
		case *string:
			*f = v
			return nil
		case document:
			return json.Unmarshal([]byte(v), f.into)
		}
	case int64:
		switch f := field.(type) {
		case *int64:
			*f = v
			return nil
		case *bool:
			*f = v != 0
			return nil
		case *time.Time:
			*f = time.UnixMilli(v).UTC()
			return nil
		}
	case []byte:
		if f, ok := field.(*[]byte); ok {
			*f = v
			return nil
		}
	case nil:
		return nil
	}
	return fmt.Errorf("a column of type %T does not fit into a %T", value, field)
}

// asJSON writes strings and trees of them, which can always be written as JSON.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
