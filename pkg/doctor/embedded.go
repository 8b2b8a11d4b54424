package doctor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// Files are the files of an embedded store.
type Files struct {
	Folder, Database, SealKey string
}

const (
	// readTime bounds the reading of the whole database.
	readTime = time.Minute
	restore  = "stop `wxbind serve`, move the folder away, and `wxbind restore` its backup"
	room     = "make room on the disk: a store that cannot write lets nobody log in"
	// diskWarn and diskFail are in bytes.
	diskWarn, diskFail = 1 << 30, 64 << 20
)

// Embedded checks an existing embedded store: that it is intact and that this user may use it, that the seal key exists,
// that no person has become two users, that nobody else can read the files, and that the disk has room and belongs to this machine.
func Embedded(f Files) []Check {
	return []Check{
		{Timeout: readTime, Run: func(ctx context.Context) []Finding { return []Finding{f.store(ctx)} }},
		{Timeout: readTime, Run: func(ctx context.Context) []Finding { return []Finding{f.unions(ctx)} }},
		{Run: func(context.Context) []Finding { return []Finding{f.sealKey()} }},
		Permissions(f),
		{Run: func(context.Context) []Finding { return []Finding{f.disk()} }},
	}
}

// store reads the database. It does not open it as serve does: opening may write to a store, or make one of an empty file.
func (f Files) store(ctx context.Context) Finding {
	const check = "store"
	if finding, denied := f.denied(check); denied {
		return finding
	}
	damage, err := quickCheck(ctx, f.Database)
	switch {
	case ctx.Err() != nil:
		return warn(check, fmt.Sprintf("%s is too large to be checked within %s", f.Database, readTime), "run PRAGMA quick_check on a copy of it")
	case sqlitestore.DiskIsFull(err):
		return fail(check, fmt.Sprintf("%s cannot be read: %v", f.Database, err), room).because(err)
	case err != nil:
		return fail(check, fmt.Sprintf("%s cannot be read: %v", f.Database, err), restore).because(err)
	case damage != "ok":
		return fail(check, fmt.Sprintf("%s is damaged: %s", f.Database, damage), restore)
	}
	switch err := f.examine(ctx); {
	case errors.Is(err, sqlitestore.ErrEmpty):
		return fail(check, f.Database+" is empty: its contents are lost", restore)
	case errors.Is(err, sqlitestore.ErrOlderSchema):
		return warn(check, f.Database+" is intact, and was made by an older wxbind", "back the folder up: the next command or `wxbind serve` brings it up to date")
	case errors.Is(err, sqlitestore.ErrNewerSchema):
		return fail(check, err.Error(), "use the newer wxbind")
	case errors.Is(err, sqlitestore.ErrNotOurs):
		return fail(check, err.Error(), "name the folder of the store with --data")
	case err != nil:
		return fail(check, fmt.Sprintf("%s cannot be read: %v", f.Database, err), restore).because(err)
	}
	return ok(check, f.Database+" is intact")
}

// quickCheck returns "ok" or the first damage.
func quickCheck(ctx context.Context, path string) (damage string, err error) {
	db, err := openReadOnly(path)
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&damage)
	return strings.Join(strings.Fields(damage), " "), err // SQLite writes it on two lines
}

// examine is sqlitestore.Examine, with the file's name in the error.
func (f Files) examine(ctx context.Context) error {
	db, err := openReadOnly(f.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := sqlitestore.Examine(ctx, db); err != nil {
		return fmt.Errorf("%s: %w", f.Database, err)
	}
	return nil
}

// ServedApps returns the mini-programs that an embedded store has served; none if it cannot be read, which the check of
// the store says, or is of an older schema.
func ServedApps(ctx context.Context, f Files) []string {
	if _, err := os.Stat(f.Database); err != nil {
		return nil
	}
	db, err := openReadOnly(f.Database)
	if err != nil {
		return nil
	}
	defer db.Close()
	served, err := sqlitestore.ServedApps(ctx, db)
	if err != nil {
		return nil
	}
	return served
}

func openReadOnly(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	return sql.Open("sqlite", name.String()+"?mode=ro&_pragma=busy_timeout(5000)")
}

// sealKey reads the key, and creates none.
func (f Files) sealKey() Finding {
	const check = "seal key"
	const putBack = "put it back from the backup"
	switch _, err := SealKeyIn(f.SealKey); {
	case errors.Is(err, fs.ErrNotExist):
		return fail(check, f.SealKey+" is missing: sealed data in the store cannot be opened", putBack)
	case errors.Is(err, fs.ErrPermission):
		return f.deniedBecause(check, err)
	case err != nil:
		return fail(check, err.Error(), putBack).because(err)
	}
	return ok(check, f.SealKey+" holds a key")
}

// SealKeyIn reads the seal key in an existing file. Unlike secrets.SealKeyFile it creates none.
//
// Errors: fs.ErrNotExist; those of secrets.SealKeyFile.
func SealKeyIn(path string) (login.SealKey, error) {
	if _, err := os.Stat(path); err != nil {
		return login.SealKey{}, err
	}
	return secrets.SealKeyFile(path)
}

func (f Files) disk() Finding {
	const check = "disk"
	if name, err := sqlitestore.NetworkFileSystem(f.Folder); err == nil && name != "" {
		return fail(check, f.Folder+" is on "+name+", and SQLite is not safe on a network file system", "move the folder to a disk of this machine")
	}
	free, err := freeBytes(f.Folder)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return skip(check, "not known on this system")
	case err != nil:
		return fail(check, err.Error(), "make sure that this user can read the folder").because(err)
	}
	says := fmt.Sprintf("%d MiB are free", free>>20)
	switch {
	case free < diskFail:
		return fail(check, says, room)
	case free < diskWarn:
		return warn(check, says, room)
	}
	return ok(check, says)
}
