package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// asJSON is for commands whose output programs read: one JSON value on standard output, with stable fields. Times are
// in RFC 3339, in UTC.
type asJSON struct {
	JSON bool `help:"Print one JSON value, for programs." name:"json"`
}

func printJSON(t console, value any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// jsonList writes {"name":[…]} as its elements come, since there may be many. It writes nothing before the first
// element.
type jsonList struct {
	out   io.Writer
	name  string
	count int
}

func (l *jsonList) add(element any) error {
	text, err := json.Marshal(element)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(l.out, "%s\n%s", l.separator(), text)
	l.count++
	return err
}

// separator is what stands before the next element.
func (l *jsonList) separator() string {
	if l.count > 0 {
		return ","
	}
	return fmt.Sprintf("{%q:[", l.name)
}

// end closes the list, and the object with the fields of rest if that is not nil.
func (l *jsonList) end(rest any) error {
	tail := "}"
	if rest != nil {
		text, err := json.Marshal(rest)
		if err != nil {
			return err
		}
		tail = "," + string(text[1:])
	}
	if l.count == 0 {
		tail = l.separator() + "]" + tail
	} else {
		tail = "\n]" + tail
	}
	_, err := fmt.Fprintln(l.out, tail)
	return err
}

// tablePage is how many rows a table keeps before it prints them.
const tablePage = 1000

// table prints rows for people, in columns. There may be many rows, so it prints a page as soon as it has one. The
// columns keep their width from page to page, unless something wider comes.
type table struct {
	out    io.Writer
	rows   [][]string
	widths []int
	err    error
}

// newTable begins a table. Its header is in the language of its reader.
func newTable(out io.Writer, header ...string) *table {
	t := &table{out: out}
	if len(header) > 0 {
		for i := range header {
			header[i] = whole(header[i])
		}
		t.add(header...)
	}
	return t
}

// add adds a row, without characters that a terminal would interpret. All rows have as many cells.
func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	t.rows = append(t.rows, cells)
	if len(t.rows) >= tablePage {
		t.print() // the next print returns the error
	}
}

// print prints the rows that it has not printed yet, and returns the first error of any.
func (t *table) print() error {
	var page strings.Builder
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(t.widths) {
				t.widths = append(t.widths, 0)
			}
			t.widths[i] = max(t.widths[i], columns(cell))
		}
	}
	for _, row := range t.rows {
		for i, cell := range row {
			page.WriteString(cell)
			if i < len(row)-1 {
				page.WriteString(strings.Repeat(" ", t.widths[i]+2-columns(cell)))
			}
		}
		page.WriteByte('\n')
	}
	t.rows = t.rows[:0]
	if t.err == nil {
		_, t.err = io.WriteString(t.out, page.String())
	}
	return t.err
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func day(t time.Time) string    { return t.UTC().Format(time.DateOnly) }
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }
