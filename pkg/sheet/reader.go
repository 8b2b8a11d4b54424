package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// Options say how to read a table.
type Options struct {
	Encoding Encoding
	// IgnoreUnknown leaves out columns that are not known, instead of refusing the table.
	IgnoreUnknown bool
}

// BadRow says why a row cannot be read. It quotes nothing of the row.
type BadRow struct {
	// Line is the row's line, counted from 1.
	Line  int
	Cause error
}

func (b *BadRow) Error() string { return fmt.Sprintf("line %d: %v", b.Line, b.Cause) }

// Unwrap returns the cause.
func (b *BadRow) Unwrap() error { return b.Cause }

// Row is a row of a table.
type Row struct {
	// Line is its line, counted from 1.
	Line    int
	columns []Column
	// values are its values, by column.
	values []string
}

// Value returns the row's value in a column; "" if there is none.
func (r Row) Value(column string) string {
	for i, value := range r.values {
		if r.columns[i].Name == column {
			return value
		}
	}
	return ""
}

// Reader reads a table.
type Reader struct {
	lines   *Lines
	columns []Column
	header  header
}

var (
	errQuotes = errors.New("unmatched quotes; a row must be one line")
	// errLineBreak is about a record that is otherwise valid CSV. Its lines must not be read as rows: a line within a
	// user's name could otherwise add another user, with any roles.
	errLineBreak = errors.New("a field contains a line break; a row must be one line")
)

// Open starts reading a table, which may have these columns, in any order. It reads the line that names them.
//
// Errors: ErrUnknownColumn; one that says what else is wrong with that line or the file; those of r.
func Open(r io.Reader, columns []Column, o Options) (*Reader, error) {
	lines, err := NewLines(r, o.Encoding)
	if err != nil {
		return nil, err
	}
	if onlyCR(lines.arrived()) {
		return nil, errOnlyCR
	}
	first, err := lines.Next()
	if err != nil {
		return nil, noHeader(err)
	}
	delimiter, said := separator(first)
	if said {
		if first, err = lines.Next(); err != nil {
			return nil, noHeader(err)
		}
	} else {
		delimiter = delimiterOf(first, columns)
	}
	h, err := parseHeader(first, delimiter, columns, o.IgnoreUnknown)
	if err != nil {
		return nil, err
	}
	return &Reader{lines: lines, columns: columns, header: h}, nil
}

// onlyCR says whether the first line of a text holds others, which end in CR alone. An error about its columns would quote them.
func onlyCR(start []byte) bool {
	first, _, _ := bytes.Cut(start, []byte("\n"))
	return bytes.ContainsRune(bytes.TrimRight(first, "\r"), '\r')
}

// noHeader says why there is no line that names the columns.
func noHeader(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty; its first line must name the columns")
	}
	return err
}

// Has reports whether the table has a column.
func (r *Reader) Has(column string) bool {
	at := slices.IndexFunc(r.columns, func(c Column) bool { return c.Name == column })
	return at >= 0 && slices.Contains(r.header.of, at)
}

// Ignored describes the columns that are left out.
func (r *Reader) Ignored() []string { return r.header.ignored }

// Total is how many rows there are at most, or -1 if that is not known.
func (r *Reader) Total() int {
	if r.lines.total < 0 {
		return -1
	}
	return max(0, r.lines.total-1)
}

// Rows returns each row once. With an error that is a *BadRow the row has the values that could be read. Any other error
// ends the sequence.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			row, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			_, bad := errors.AsType[*BadRow](err)
			if !yield(row, err) || err != nil && !bad {
				return
			}
		}
	}
}

// next returns the next row in which anything stands.
func (r *Reader) next() (Row, error) {
	for {
		line, err := r.lines.Next()
		row := Row{Line: r.lines.number, columns: r.columns, values: make([]string, len(r.columns))}
		if err != nil {
			r.fillSound(row.values, line)
			return row, err
		}
		values, err := fields(line, r.header.delimiter)
		if err != nil {
			r.fillSound(row.values, line)
			if r.lines.skipRest(line, r.whole) {
				err = errLineBreak
			}
			return row, &BadRow{Line: row.Line, Cause: err}
		}
		if blank(values) {
			continue
		}
		if err := r.fill(row.values, values); err != nil {
			return row, &BadRow{Line: row.Line, Cause: err}
		}
		return row, nil
	}
}

// fill puts a line's fields into the places of their columns.
func (r *Reader) fill(row, fields []string) error {
	r.place(row, fields)
	of := r.header.of
	switch {
	case len(fields) > len(of) && !blank(fields[len(of):]):
		return fmt.Errorf("the row has %d fields, but the first line names %d", len(fields), len(of))
	case len(fields) < len(of) && !r.lines.ended:
		return fmt.Errorf("the last row has %d fields, but the first line names %d, and no line end; the file may be cut", len(fields), len(of))
	}
	return nil
}

// fillSound does so with the fields that stand whole before what is wrong with a line.
func (r *Reader) fillSound(row []string, line []byte) {
	r.place(row, soundFields(line, r.header.delimiter))
}

func (r *Reader) place(row, fields []string) {
	of := r.header.of
	for at, value := range fields[:min(len(fields), len(of))] {
		column := of[at]
		switch {
		case column < 0:
		case r.columns[column].Exact:
			row[column] = value
		default:
			row[column] = trim(value)
		}
	}
}

// whole reports whether a text of several lines is one record of the table.
func (r *Reader) whole(record []byte) bool {
	in := csv.NewReader(bytes.NewReader(record))
	in.Comma = rune(r.header.delimiter)
	records, err := in.ReadAll()
	if err != nil || len(records) != 1 {
		return false
	}
	named := min(len(records[0]), len(r.header.of))
	return blank(records[0][named:])
}

// fields returns the values of a line.
//
// Errors: errQuotes.
func fields(line []byte, delimiter byte) ([]string, error) {
	if bytes.IndexByte(line, '"') < 0 {
		return strings.Split(string(line), string(rune(delimiter))), nil
	}
	in := csv.NewReader(bytes.NewReader(line))
	in.Comma = rune(delimiter)
	values, err := in.Read()
	if err != nil {
		return nil, errQuotes
	}
	return values, nil
}

// soundFields returns the first values of a line, up to one that has odd quotes or no delimiter after it.
func soundFields(line []byte, delimiter byte) (values []string) {
	start, quotes := 0, 0
	for at, b := range line {
		switch {
		case b == '"':
			quotes++
		case b == delimiter && quotes%2 == 0:
			value, err := fields(line[start:at], delimiter)
			if err != nil {
				return values
			}
			values, start, quotes = append(values, value...), at+1, 0
		}
	}
	return values
}

func blank(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return trim(v) != "" })
}

// trim removes the blanks around a value, of every kind that a username may have around it.
func trim(value string) string { return login.Trim(value) }
