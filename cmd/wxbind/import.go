package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/sheet"
	"github.com/wxbind/wxbind/pkg/userfile"
)

type userImportCmd struct {
	storeFlags
	fileToImport
	WeakHashes bool `help:"Take hashes below OWASP's minimum too, such as MD5; the first login replaces each."`
	asJSON
}

// fileToImport is a file with a row for each thing to import.
type fileToImport struct {
	File   string `arg:"" help:"The file, or - for standard input."`
	Format string `help:"csv or jsonl; by default taken from the file's name." enum:"csv,jsonl," default:"" placeholder:"FORMAT"`
	tableFlags
}

// tableFlags say how to read a file that spreadsheets and databases have written.
type tableFlags struct {
	Encoding      string `help:"utf-8, gbk, utf-16le or utf-16be; by default found out." enum:"utf-8,gbk,utf-16le,utf-16be," default:"" placeholder:"ENCODING"`
	IgnoreUnknown bool   `help:"Leave out columns that are not known, instead of refusing the file."`
}

func (f tableFlags) options() sheet.Options {
	return sheet.Options{Encoding: sheet.Encoding(f.Encoding), IgnoreUnknown: f.IgnoreUnknown}
}

// explainFile says what is wrong with a file, and what can be done about it.
func explainFile(file string, err error) error {
	if errors.Is(err, sheet.ErrUnknownColumn) {
		return errorf("%s: %w; --ignore-unknown leaves others out", file, err)
	}
	return errorf("%s: %w", file, err)
}

// Help says what a file must look like, and what is done with it.
func (userImportCmd) Help() string {
	return `The first line of a CSV file names its columns, in any case or in Chinese: username, name, password, passwordHash, roles ` +
		`(separated by ";"), phone; or 用户名, 姓名, 密码, 密码哈希, 角色, 手机号. The encoding (UTF-8, UTF-16, GBK) and the delimiter (comma, ` +
		`semicolon, tab) are found out. With JSON lines, each line is an object with the same names; roles is a list. A row is ` +
		`one line. It has either a plain password or a hash, in one of these forms:` + "\n\n" +
		`$argon2id$v=19$…, $2a$…, $2b$…, $2y$… (bcrypt); of Spring Security {bcrypt}, {argon2}, {pbkdf2}, {scrypt}, the last three ` +
		`also with @SpringSecurity_v5_8, {noop} (a plain password), and with a salt {MD5}, {SHA-1}, {SHA-256}; of Django ` +
		`pbkdf2_sha256$…, pbkdf2_sha1$…, scrypt$…, bcrypt$…, argon2$…, md5$…, sha1$…. No hash may take longer than bcrypt of ` +
		`cost 12, and those below OWASP's minimum need --weak-hashes: see docs/passwords.md.` + "\n\n" +
		`Good rows are imported. Bad rows are reported with their line and username, and the exit status is then 1. Existing users ` +
		`are not changed. After an interruption, run the same command again to continue: users from earlier runs count as already ` +
		`there, even if their password has changed since. A username that another user or an earlier row has is a bad row, in ` +
		`whatever form: case, full or half width and blanks around it do not count. So is such a phone number. Numbers are like ` +
		`+8613800138000 or 13800138000; let no spreadsheet turn them into 1.38E+10.`
}

// formats are the formats by file extension.
var formats = map[string]userfile.Format{
	".csv": userfile.CSV, ".jsonl": userfile.JSONLines, ".ndjson": userfile.JSONLines,
	".txt": userfile.CSV, ".tsv": userfile.CSV, // Excel calls Unicode text so
	".xlsx": userfile.CSV, ".xls": userfile.CSV, // which is refused with better words than an unknown format
}

func (c fileToImport) format() userfile.Format {
	return cmp.Or(userfile.Format(c.Format), formats[strings.ToLower(filepath.Ext(c.File))])
}

// Validate refuses a file of unknown format.
func (c fileToImport) Validate() error {
	if c.format() == "" {
		return errorf("cannot tell CSV from JSON lines by the file's name; use --format csv or --format jsonl")
	}
	return nil
}

// Run imports the users. It checks the file before it opens the store.
func (c userImportCmd) Run(ctx context.Context, t console) error {
	file, err := openFile(ctx, t, c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	users, err := userfile.New(file, c.format(), c.options())
	if err != nil {
		return explainFile(c.File, err)
	}
	reportIgnored(t, users.Ignored())
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		a.WeakHashes = c.WeakHashes
		report := newImportReport(t, c.JSON, users.Total(), "users")
		done, err := a.Import(ctx, users.Rows(), admin.ImportWatcher{Bad: report.bad, Progress: report.progress})
		a.said = append(a.said, slog.Int("added", done.Added))
		return report.end(ctx, done, err)
	})
}

// openFile opens a file to import, or standard input for "-".
func openFile(ctx context.Context, t console, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(&interruptible{ctx: ctx, in: t.in}), nil
	}
	return os.Open(name)
}

// importSummary is the final report of an import.
type importSummary struct {
	Added   int `json:"added"`
	Present int `json:"alreadyThere"`
	Bad     int `json:"badRows"`
	// Folded is how many usernames are stored in another form than the file's; nil if the file is not one of users.
	Folded *int `json:"foldedUsernames,omitempty"`
	// Seconds is how long the import took, and PerSecond how many rows it processed per second.
	Seconds   float64 `json:"seconds"`
	PerSecond int     `json:"rowsPerSecond"`
}

func summaryOf(done admin.Imported, took time.Duration) importSummary {
	return importSummary{
		Added: done.Added, Present: done.Present, Bad: done.Bad,
		Seconds: took.Seconds(), PerSecond: int(float64(done.Rows()) / max(took.Seconds(), 0.001)),
	}
}
