package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sheet"
)

// importReport reports the progress of an import: bad rows as they come, a bar if standard error is a terminal, and the
// totals at the end.
type importReport struct {
	console
	json  bool
	rows  jsonList
	bar   *progressbar.ProgressBar
	begun time.Time
	// of is what the rows are: users or bindings.
	of string
	// failed is the first error of writing the report.
	failed error
}

// newImportReport begins a report about a file with this many rows, -1 for unknown, of users or bindings.
func newImportReport(t console, json bool, rows int, of string) *importReport {
	r := &importReport{console: t, json: json, rows: jsonList{out: t.out, name: "bad"}, begun: time.Now(), of: of}
	r.bar = newBar(t, rows, textf("importing"), whole(of))
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
	why := said(explain(row.Cause))
	if errors.Is(row.Cause, login.ErrHashTooWeak) {
		why = textf("%s; --weak-hashes takes it, until the first login replaces it", why)
	}
	if errors.Is(row.Cause, sheet.ErrUnknownColumn) {
		why = textf("%s; --ignore-unknown leaves it out", why)
	}
	if r.json {
		r.keep(r.rows.add(struct {
			Line     int    `json:"line"`
			Username string `json:"username,omitempty"`
			OpenID   string `json:"openid,omitempty"`
			Reason   string `json:"reason"`
		}{row.Line, login.Trim(row.Username), row.OpenID, why}))
		return
	}
	_ = r.bar.Clear()
	sayf(r.err, "%s: %s\n", rowName(row.Line, cmp.Or(row.Username, row.OpenID)), printable(why))
}

// rowName names a row of a file by its line and, if it is known, by whom the row is about.
func rowName(line int, who string) string {
	if who = login.Trim(who); who == "" {
		return textf("line %d", line)
	}
	return textf("line %d (%s)", line, printable(sheet.Shortened(who)))
}

// reportIgnored says which columns of a file are left out.
func reportIgnored(t console, columns []string) {
	if len(columns) > 0 {
		sayf(t.err, "left out: %s\n", printable(strings.Join(columns, ", ")))
	}
}

// progress moves the bar. An error in drawing it is no reason to stop.
func (r *importReport) progress(done admin.Imported) { _ = r.bar.Set(done.Rows()) }

// end reports the totals, and says how the import ended, if it failed with err.
func (r *importReport) end(ctx context.Context, done admin.Imported, err error) error {
	_ = r.bar.Finish()
	s := summaryOf(done, time.Since(r.begun))
	if r.of == "users" {
		s.Folded = &done.Folded
	}
	if r.json {
		r.keep(r.rows.end(s))
	} else {
		sayf(r.out, "added %d, already there %d, bad rows %d: %d rows in %.1f s, %d a second\n",
			s.Added, s.Present, s.Bad, done.Rows(), s.Seconds, s.PerSecond)
		if done.Folded > 0 {
			sayf(r.out, "%d usernames are stored in another form than the file's, such as in lower case; both forms log in\n", done.Folded)
		}
	}
	unknown, wrongApp := errors.AsType[*admin.UnknownAppError](err)
	switch {
	case r.failed != nil:
		return r.failed
	case ctx.Err() != nil:
		return errorf("%w; run the same command again to continue", errInterrupted)
	case wrongApp:
		return translated(unknown)
	case err != nil:
		return errorf("the import stopped; run the same command again to continue: %w", explain(err))
	case done.Bad > 0:
		return errorf("%d of %d rows were not imported", done.Bad, done.Rows())
	}
	return nil
}

func (r *importReport) keep(err error) {
	if r.failed == nil {
		r.failed = err
	}
}
