package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/wxbind/wxbind/pkg/admin"
)

// importReport reports the progress of an import: bad rows as they come, a bar if standard error is a terminal, and the
// totals at the end.
type importReport struct {
	console
	json  bool
	rows  jsonList
	bar   *progressbar.ProgressBar
	begun time.Time
	// failed is the first error of writing the report.
	failed error
}

// newImportReport begins a report about a file with this many rows, -1 for unknown.
func newImportReport(t console, json bool, rows int) *importReport {
	r := &importReport{console: t, json: json, rows: jsonList{out: t.out, name: "bad"}, begun: time.Now()}
	r.bar = newBar(t, rows, "importing", "users")
	return r
}

// newBar begins a bar on standard error, if that is a terminal, for this many items, -1 for unknown.
func newBar(t console, items int, doing, of string) *progressbar.ProgressBar {
	_, visible := terminalOf(t.err)
	bar := progressbar.NewOptions(items,
		progressbar.OptionSetWriter(t.err),
		progressbar.OptionSetVisibility(visible),
		progressbar.OptionSetDescription(doing),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(of),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
	bar.StartWithoutRender() // starts the clock for its rate
	return bar
}

// bad reports a row that is not imported.
func (r *importReport) bad(row *admin.BadRow) {
	why := explain(row.Cause).Error()
	if r.json {
		r.keep(r.rows.add(struct {
			Line   int    `json:"line"`
			Reason string `json:"reason"`
		}{row.Line, why}))
		return
	}
	_ = r.bar.Clear()
	fmt.Fprintf(r.err, "line %d: %s\n", row.Line, printable(why))
}

// progress moves the bar. An error in drawing it is no reason to stop.
func (r *importReport) progress(done admin.Imported) { _ = r.bar.Set(done.Rows()) }

// end reports the totals.
func (r *importReport) end(done admin.Imported) error {
	_ = r.bar.Finish()
	s := summaryOf(done, time.Since(r.begun))
	if r.json {
		r.keep(r.rows.end(s))
	} else {
		fmt.Fprintf(r.out, "added %d, already there %d, bad rows %d: %d rows in %.1f s, %d a second\n",
			s.Added, s.Present, s.Bad, done.Rows(), s.Seconds, s.PerSecond)
		if s.Folded > 0 {
			fmt.Fprintf(r.out, "%d usernames are stored in another form than the file's, such as in lower case; both forms log in\n", s.Folded)
		}
	}
	return r.failed
}

func (r *importReport) keep(err error) {
	if r.failed == nil {
		r.failed = err
	}
}

// countLines counts the lines of a text. The last one may lack a line end.
func countLines(in io.Reader) (lines int, err error) {
	buffer, ended := make([]byte, 64<<10), true
	for {
		n, err := in.Read(buffer)
		lines += bytes.Count(buffer[:n], []byte("\n"))
		if n > 0 {
			ended = bytes.HasSuffix(buffer[:n], []byte("\n"))
		}
		if errors.Is(err, io.EOF) {
			if !ended {
				lines++
			}
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
	}
}
