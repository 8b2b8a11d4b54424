package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
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

// table prints for people.
type table struct{ rows *tabwriter.Writer }

func newTable(out io.Writer, header ...string) *table {
	t := &table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	if len(header) > 0 {
		t.add(header...)
	}
	return t
}

// add adds a row, without characters that a terminal would interpret.
func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	fmt.Fprintln(t.rows, strings.Join(cells, "\t"))
}

func (t *table) print() error { return t.rows.Flush() }

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
