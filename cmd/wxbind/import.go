package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/userfile"
)

type userImportCmd struct {
	storeFlags
	File   string `arg:"" help:"The file, or - for standard input."`
	Format string `help:"csv or jsonl; by default taken from the file's name." enum:"csv,jsonl," default:"" placeholder:"FORMAT"`
	asJSON
}

// Help says what a file must look like, and what is done with it.
func (userImportCmd) Help() string {
	return `The first line of a CSV file names its columns: username, name, password, passwordHash, roles (separated by ";"), phone. ` +
		`With JSON lines, each line is an object with the same names; roles is a list. A row is one line of UTF-8. It has either ` +
		`a plain password or a hash: argon2id ($argon2id$…) or bcrypt ($2a$, $2b$, $2y$), at OWASP's minimum costs or above.` + "\n\n" +
		`Good rows are imported. Bad rows are reported with their line, and the exit status is then 1. Existing users are not ` +
		`changed. After an interruption, run the same command again to continue: users from earlier runs count as already there, ` +
		`even if their password has changed since. A username that another user or an earlier row has is a bad row, in whatever form: ` +
		`case, full or half width and blanks around it do not count. So is such a phone number. Numbers are like +8613800138000 or ` +
		`13800138000; let no spreadsheet turn them into 1.38E+10.`
}

// formats are the formats by file extension.
var formats = map[string]userfile.Format{
	".csv": userfile.CSV, ".jsonl": userfile.JSONLines, ".ndjson": userfile.JSONLines,
}

func (c userImportCmd) format() userfile.Format {
	return cmp.Or(userfile.Format(c.Format), formats[strings.ToLower(filepath.Ext(c.File))])
}

// Validate refuses a file of unknown format.
func (c userImportCmd) Validate() error {
	if c.format() == "" {
		return errors.New("cannot tell CSV from JSON lines by the file's name; use --format csv or --format jsonl")
	}
	return nil
}

// Run imports the users. It checks the file before it opens the store.
func (c userImportCmd) Run(ctx context.Context, t console) error {
	file, rows, err := c.open(ctx, t)
	if err != nil {
		return err
	}
	defer file.Close()
	users, err := userfile.New(file, c.format())
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		report := newImportReport(t, c.JSON, rows)
		done, err := a.Import(ctx, users.Rows(), admin.ImportWatcher{Bad: report.bad, Progress: report.progress})
		a.said = append(a.said, slog.Int("added", done.Added))
		if err := report.end(done); err != nil {
			return err
		}
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%w; run the same command again to continue", errInterrupted)
		case err != nil:
			return fmt.Errorf("the import stopped; run the same command again to continue: %w", explain(err))
		case done.Bad > 0:
			return fmt.Errorf("%d of %d rows were not imported", done.Bad, done.Rows())
		}
		return nil
	})
}

// open opens the file and counts its rows. The count is -1 if it is unknown before they are read.
func (c userImportCmd) open(ctx context.Context, t console) (in io.ReadCloser, rows int, err error) {
	if c.File == "-" {
		return io.NopCloser(&interruptible{ctx: ctx, in: t.in}), -1, nil
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, 0, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return file, -1, err
	}
	if rows, err = countLines(file); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if c.format() == userfile.CSV {
		rows = max(0, rows-1)
	}
	return file, rows, err
}

// importSummary is the final report of an import.
type importSummary struct {
	Added   int `json:"added"`
	Present int `json:"alreadyThere"`
	Bad     int `json:"badRows"`
	// Folded is how many usernames are stored in another form than the file's.
	Folded int `json:"foldedUsernames"`
	// Seconds is how long the import took, and PerSecond how many rows it processed per second.
	Seconds   float64 `json:"seconds"`
	PerSecond int     `json:"rowsPerSecond"`
}

func summaryOf(done admin.Imported, took time.Duration) importSummary {
	return importSummary{
		Added: done.Added, Present: done.Present, Bad: done.Bad, Folded: done.Folded,
		Seconds: took.Seconds(), PerSecond: int(float64(done.Rows()) / max(took.Seconds(), 0.001)),
	}
}
