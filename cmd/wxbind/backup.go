package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

type backupCmd struct {
	storeFlags
	File string `arg:"" help:"The file to write. It must not exist yet." type:"given"`
	asJSON
}

// errStackBackup answers --stack.
var errStackBackup = errorf("a stack's tables are backed up by DynamoDB, and restored as docs/operations.md says under \"Restoring a table\"")

// Help implements kong.HelpProvider.
func (backupCmd) Help() string {
	return `The file holds the whole store of --data and its seal key, as they are at one moment. The store may be
served meanwhile. The file is read back and checked before it gets its name. Guard it like the
folder itself: only its owner may read it, and whoever can read it can read all users.`
}

// made is what a program is told of a backup.
type made struct {
	File string `json:"file"`
	// Bytes is the file's size.
	Bytes  int64     `json:"bytes"`
	MadeAt time.Time `json:"madeAt"`
	sqlitestore.Contents
}

// Run makes the backup.
func (c backupCmd) Run(ctx context.Context, t console) error {
	if c.Stack != "" {
		return errStackBackup
	}
	b, err := backUp(ctx, cmp.Or(c.Data, defaultData), c.File)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, map[string]made{"backup": b})
	}
	sayf(t.out, "backed up %d users, %d bindings and %d roles to %s, and read it back\n", b.Users, b.Bindings, b.Roles, printable(b.File))
	return nil
}

// backUp writes a backup of the store in a folder to a new file. The file gets its name when it is complete, checked and on
// the disk.
func backUp(ctx context.Context, folder, path string) (made, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return made{}, cmp.Or(err, errorf("%s exists already, and a backup replaces no file", path))
	}
	if err := thereIsAStore(folder); err != nil {
		return made{}, err
	}
	if _, err := doctor.SealKeyIn(sealKeyIn(folder)); err != nil {
		return made{}, errorf("without its seal key the store could not be restored: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+".partial-*") // mode 0700
	if err != nil {
		return made{}, err
	}
	defer os.RemoveAll(work)
	m := manifest{MadeAt: time.Now().UTC().Truncate(time.Second)}
	if m.Contents, err = snapshot(ctx, folder, work); err != nil {
		return made{}, err
	}
	file := filepath.Join(work, "backup")
	size, err := packAndCheck(ctx, work, m, file)
	if err != nil {
		return made{}, err
	}
	if err := publish(file, path); err != nil {
		return made{}, err
	}
	return made{File: path, Bytes: size, MadeAt: m.MadeAt, Contents: m.Contents}, nil
}

// snapshot copies the store and the key of a folder into another.
func snapshot(ctx context.Context, folder, into string) (c sqlitestore.Contents, err error) {
	store, err := sqlitestore.Open(ctx, databaseIn(folder))
	if err != nil {
		return c, explainAccess(err)
	}
	err = store.Snapshot(ctx, databaseIn(into))
	if err := errors.Join(err, store.Close()); err != nil { //nolint:contextcheck // closing has a time of its own
		return c, err
	}
	key, err := os.ReadFile(sealKeyIn(folder))
	if err != nil {
		return c, err
	}
	if err := os.WriteFile(sealKeyIn(into), key, 0o600); err != nil { //nolint:gosec // a command writes where it is told to
		return c, err
	}
	return sqlitestore.Check(ctx, databaseIn(into))
}

// packAndCheck packs the files of a folder, waits for the disk, and restores what it has written to another folder in it.
func packAndCheck(ctx context.Context, folder string, m manifest, path string) (size int64, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if err := cmp.Or(pack(folder, m, file), file.Sync()); err != nil {
		return 0, err
	}
	if size, err = file.Seek(0, 1); err != nil {
		return 0, err
	}
	if _, err := file.Seek(0, 0); err != nil {
		return 0, err
	}
	again := filepath.Join(folder, "again")
	if err := os.Mkdir(again, 0o700); err != nil {
		return 0, err
	}
	if _, err := unpack(ctx, file, again); err != nil {
		return 0, errorf("the backup cannot be read back: %w", err)
	}
	return size, nil
}

// publish gives a complete file its name, unless there is such a file by now. Some file systems, such as those of USB
// sticks, have no links: there a file that came into being in this very moment would be replaced.
func publish(file, path string) error {
	err := os.Link(file, path)
	if errors.Is(err, fs.ErrExist) {
		return errorf("%s exists already, and a backup replaces no file", path)
	}
	if err != nil {
		err = os.Rename(file, path)
	}
	return errors.Join(err, syncFolder(filepath.Dir(path)))
}
