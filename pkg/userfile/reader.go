// Package userfile reads users from the files that platforms export: CSV, as pkg/sheet reads it, and JSON lines, in the same
// encodings. Both have one row per line.
//
// The first line of CSV names the columns: username, and any of name, password, passwordHash, roles and phone, or what they are
// called in Chinese. Several roles are separated by ";". A user who comes from another store of wxbind may have more columns: id, directory,
// disabled, registeredIn, createdAt, phoneVerifiedAt, temporaryUntil, avatar, nameGivenIn, nameGivenAt, avatarGivenIn, avatarGivenAt
// and phoneGivenIn. Times are as in RFC 3339.
//
// A line of JSON lines is an object with the same names; roles is a list.
//
// A hash that says {noop} is a plain password, as Spring Security writes it.
package userfile

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sheet"
)

// Format is the format of a file.
type Format string

// The formats.
const (
	CSV       Format = "csv"
	JSONLines Format = "jsonl"
)

// Reader reads the rows of one file.
type Reader struct {
	table *sheet.Reader
	json  *jsonReader
}

// New starts reading a file. For CSV it reads the line that names the columns.
//
// Errors: sheet.ErrUnknownColumn; one that says what else is wrong with the columns; those of r.
func New(r io.Reader, f Format, o sheet.Options) (*Reader, error) {
	switch f {
	case JSONLines:
		lines, err := sheet.NewLines(r, o.Encoding)
		if err != nil {
			return nil, err
		}
		return &Reader{json: &jsonReader{lines: lines, ignoreUnknown: o.IgnoreUnknown}}, nil
	case CSV:
	default:
		return nil, fmt.Errorf("userfile: unknown format %q", f)
	}
	table, err := sheet.Open(r, columns, o)
	if err != nil {
		return nil, err
	}
	if !table.Has(username) {
		return nil, errors.New("the column username is missing")
	}
	if !table.Has(password) && !table.Has(passwordHash) {
		return nil, errors.New("the columns password and passwordHash are both missing")
	}
	return &Reader{table: table}, nil
}

// Total is how many rows there are at most, or -1 if that is not known.
func (r *Reader) Total() int {
	if r.table == nil {
		return r.json.lines.Total()
	}
	return r.table.Total()
}

// Ignored describes the columns that are left out.
func (r *Reader) Ignored() []string {
	if r.table == nil {
		return nil
	}
	return r.table.Ignored()
}

// Rows returns each row once. An error that is an *admin.BadRow concerns one row; any other error ends the sequence.
func (r *Reader) Rows() iter.Seq2[admin.ImportRow, error] {
	if r.table == nil {
		return r.json.rows()
	}
	return func(yield func(admin.ImportRow, error) bool) {
		for row, err := range r.table.Rows() {
			user := rowOf(row)
			if err == nil {
				if user.Moved, err = movedOf(row); err != nil {
					err = &sheet.BadRow{Line: row.Line, Cause: err}
				}
			}
			user, err = judged(user, err)
			if !yield(user, err) {
				return
			}
		}
	}
}

// judged is a row as the import takes it, if reading it failed with err.
func judged(row admin.ImportRow, err error) (admin.ImportRow, error) {
	if bad, ok := errors.AsType[*sheet.BadRow](err); ok {
		return admin.ImportRow{}, &admin.BadRow{Line: bad.Line, Username: row.Username, Cause: bad.Cause}
	}
	if err != nil {
		return admin.ImportRow{}, err
	}
	if plain, ok := strings.CutPrefix(string(row.PasswordHash), "{noop}"); ok && row.Password == "" {
		row.Password, row.PasswordHash = login.Hidden(plain), ""
	}
	return row, nil
}
