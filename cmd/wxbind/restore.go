package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

type restoreCmd struct {
	storeFlags
	File string `arg:"" help:"The file that wxbind backup has written." type:"given"`
	asJSON
}

// Help implements kong.HelpProvider.
func (restoreCmd) Help() string {
	return `The folder of --data must not have a store, and is made if it does not exist: move an old one away first.
The backup is checked before anything gets its place.

All sessions end, since some of them may have been ended after the backup was made. Mini-programs
log in again by themselves. Whatever else happened after the backup is undone: users who were
disabled or deleted are back, old passwords hold, and so do bindings that were removed.`
}

// restored is what a program is told of a restore.
type restored struct {
	Folder string    `json:"folder"`
	MadeAt time.Time `json:"madeAt"`
	sqlitestore.Contents
	// SessionsEnded is how many sessions of the backup were ended. Sessions is 0.
	SessionsEnded int64 `json:"sessionsEnded"`
}

// Run restores the backup.
func (c restoreCmd) Run(ctx context.Context, t console) error {
	if c.Stack != "" {
		return errStackBackup
	}
	folder := cmp.Or(c.Data, defaultData)
	r, err := restoreInto(ctx, folder, c.File)
	if err != nil {
		return err
	}
	var trail login.Trail
	trail.Note(login.EventRestore)
	t.audit(ctx, &trail, slog.String("by", whoRuns()))
	if c.JSON {
		return printJSON(t, map[string]restored{"restored": r})
	}
	sayf(t.out, `restored %s as it was at %s: %d users, %d bindings and %d roles

All sessions have ended: everybody logs in again, which mini-programs do by themselves.
What happened after that time is undone. The audit log says what to do again:
  user_disable, account_delete  users who were disabled or deleted since are back
  password_set                  passwords that were changed since are the old ones
  unbind                        bindings that were removed since hold again
Users who were added and WeChat accounts that were bound since are unknown.
`, printable(folder), r.MadeAt.Format(time.RFC3339), r.Users, r.Bindings, r.Roles)
	return nil
}

// restoreInto restores a backup into a folder that has no store.
func restoreInto(ctx context.Context, folder, path string) (r restored, err error) {
	file, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer file.Close()
	unlock, err := lockData(folder, true)
	if err != nil {
		return r, err
	}
	defer unlock()
	if err := errors.Join(refuseNetwork(folder), refuseStore(folder), removeAbandoned(folder)); err != nil {
		return r, err
	}
	work, err := os.MkdirTemp(folder, restoring+"*") // mode 0700
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(work)
	m, err := unpack(ctx, file, work)
	if err != nil {
		return r, errorf("%s: %w", path, err)
	}
	r = restored{Folder: folder, MadeAt: m.MadeAt, Contents: m.Contents}
	if r.SessionsEnded, err = endSessions(ctx, databaseIn(work)); err != nil {
		return r, err
	}
	r.Sessions = 0
	// The key comes last, and only beside its database: without it, nobody can serve half a store.
	for _, in := range []func(folder string) string{databaseIn, sealKeyIn} {
		if err := os.Rename(in(work), in(folder)); err != nil {
			return r, err
		}
	}
	return r, syncFolder(folder)
}

// restoring is how the folders begin in which restoreInto works.
const restoring = ".restore-"

// removeAbandoned removes what a killed restore left. The lock says that none is at work.
func removeAbandoned(folder string) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), restoring) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}

// refuseStore refuses a folder that has a store, or part of one.
func refuseStore(folder string) error {
	for _, path := range []string{databaseIn(folder), databaseIn(folder) + "-wal", databaseIn(folder) + "-shm", sealKeyIn(folder)} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return cmp.Or(err, errorf("there is %s already: move it away, or restore into another folder", path))
		}
	}
	return nil
}

// endSessions brings a restored database up to date, and ends its sessions: some may have been ended after the backup,
// because a device was lost or a token stolen. Sessions that began after the backup are unknown anyway, and so are the
// notices that were delivered after it.
func endSessions(ctx context.Context, path string) (int64, error) {
	store, err := sqlitestore.Open(ctx, path)
	if err != nil {
		return 0, err
	}
	ended, err := store.ForgetAllSessions(ctx)
	if err == nil {
		err = store.RenumberNotices(ctx)
	}
	return ended, errors.Join(err, store.Close()) //nolint:contextcheck // closing has a time of its own
}
