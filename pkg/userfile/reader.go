// Package userfile reads users from the files that platforms export: CSV and JSON lines. Both have one row per line, in
// UTF-8.
//
// CSV follows RFC 4180, but a row with a line break in a quoted field is a bad row. The first line names the columns,
// in any order: username, and any of name, password, passwordHash, roles and phone. Several roles are separated by ";".
//
// A line of JSON lines is an object with the same names; roles is a list.
package userfile

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/wxbind/wxbind/pkg/admin"
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
	lines *lines
	// parse parses a line into a row. Its errors never quote the line.
	parse func(line []byte) (admin.ImportRow, error)
	// columns is nil for JSON lines.
	columns columns
}

// New starts reading a file. For CSV it reads the first line.
//
// Errors: one that says what is wrong with the columns; those of r.
func New(r io.Reader, f Format) (*Reader, error) {
	in := &Reader{lines: newLines(r), parse: parseJSON}
	switch f {
	case JSONLines:
		return in, nil
	case CSV:
	default:
		return nil, fmt.Errorf("userfile: unknown format %q", f)
	}
	header, err := in.lines.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; its first line must name the columns")
	}
	if err != nil {
		return nil, err
	}
	columns, err := parseColumns(header)
	if err != nil {
		return nil, err
	}
	in.parse, in.columns = columns.parse, columns
	return in, nil
}

// Rows returns each row once. An error that is an *admin.BadRow concerns one row; any other error ends the sequence.
func (r *Reader) Rows() iter.Seq2[admin.ImportRow, error] {
	return func(yield func(admin.ImportRow, error) bool) {
		for {
			row, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			_, bad := errors.AsType[*admin.BadRow](err)
			if !yield(row, err) || err != nil && !bad {
				return
			}
		}
	}
}

func (r *Reader) next() (admin.ImportRow, error) {
	line, err := r.lines.next()
	number := r.lines.number
	if errors.Is(err, errLineTooLong) || errors.Is(err, errNotUTF8) {
		return admin.ImportRow{}, &admin.BadRow{Line: number, Cause: err}
	}
	if err != nil {
		return admin.ImportRow{}, err
	}
	row, err := r.parse(line)
	if errors.Is(err, errQuotes) && r.lines.skipRest(line, r.columns.whole) {
		err = errLineBreak
	}
	if err != nil {
		return admin.ImportRow{}, &admin.BadRow{Line: number, Cause: err}
	}
	row.Line = number
	return row, nil
}
