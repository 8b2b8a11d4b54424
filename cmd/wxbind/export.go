package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

type exportCmd struct {
	storeFlags
	Dir string `arg:"" help:"The folder to write. It must not exist yet, or be empty." type:"given"`
	asJSON
}

// The files of an export.
const (
	exportedRoles    = "roles.json"
	exportedUsers    = "users.jsonl"
	exportedBindings = "bindings.jsonl"
)

// Help says what is written, and how it is read.
func (exportCmd) Help() string {
	return `Writes roles.json, users.jsonl and bindings.jsonl, which "role set", "user import" and "binding import" read in this order, into ` +
		`this store or any other. They hold password hashes, phone numbers and openids: guard them. They hold no tokens and no session_keys: ` +
		`after a move everybody is logged in again at their next launch. The folder gets its name when it is complete.`
}

// exported is what a program is told of an export.
type exported struct {
	Dir      string `json:"dir"`
	Users    int    `json:"users"`
	Roles    int    `json:"roles"`
	Bindings int    `json:"bindings"`
}

// Run writes the export.
func (c exportCmd) Run(ctx context.Context, t console) error {
	if err := refuseFull(c.Dir); err != nil {
		return err
	}
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		bar := newBar(t, -1, textf("exporting"), textf("users"))
		done, err := export(ctx, a.Service, c.Dir, func(n int) { _ = bar.Set(n) })
		_ = bar.Finish()
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case err != nil:
			return explain(err)
		}
		login.TrailOf(ctx).Note(login.EventStoreExport)
		a.said = append(a.said, slog.Int("users", done.Users), slog.Int("roles", done.Roles), slog.Int("bindings", done.Bindings))
		if c.JSON {
			return printJSON(t, done)
		}
		sayf(t.out, "exported %d users, %d roles and %d bindings to %s\n", done.Users, done.Roles, done.Bindings, printable(done.Dir))
		return nil
	})
}

// refuseFull refuses a folder in which anything is.
func refuseFull(path string) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return errorf("%s is not empty, and an export replaces no file", path)
	}
	return nil
}

// export writes the files beside the folder, and gives them its name when all are on the disk.
func export(ctx context.Context, a *admin.Service, path string, progress func(int)) (done exported, err error) {
	path = filepath.Clean(path)
	work, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+".partial-*") // mode 0700
	if err != nil {
		return done, err
	}
	defer os.RemoveAll(work)
	done.Dir = path
	if done.Roles, err = exportRoles(ctx, a, filepath.Join(work, exportedRoles)); err != nil {
		return done, err
	}
	if done.Users, done.Bindings, err = exportUsers(ctx, a, work, progress); err != nil {
		return done, err
	}
	if err := syncFolder(work); err != nil {
		return done, err
	}
	if err := refuseFull(path); err != nil { // by now
		return done, err
	}
	_ = os.Remove(path) // the empty folder, if there is one
	if err := os.Rename(work, path); err != nil {
		return done, err
	}
	return done, syncFolder(filepath.Dir(path))
}

// exportRoles writes the roles. If there are none it writes no file, since there is nothing to set.
func exportRoles(ctx context.Context, a *admin.Service, path string) (int, error) {
	roles, err := a.Roles(ctx)
	if err != nil || len(roles) == 0 {
		return 0, err
	}
	file := roleFile{}
	for _, r := range roles {
		file.Roles = append(file.Roles, listedRole{Name: r.Name, Menus: listMenus(r.Menus)})
	}
	out, err := newExportFile(path)
	if err != nil {
		return 0, err
	}
	return len(roles), cmp.Or(out.lines.Encode(file), out.close())
}

func exportUsers(ctx context.Context, a *admin.Service, folder string, progress func(int)) (users, bindings int, err error) {
	usersFile, err := newExportFile(filepath.Join(folder, exportedUsers))
	if err != nil {
		return 0, 0, err
	}
	bindingsFile, err := newExportFile(filepath.Join(folder, exportedBindings))
	if err != nil {
		return 0, 0, cmp.Or(err, usersFile.close())
	}
	failed := a.Export(ctx, func(e admin.Exported) error {
		users++
		if err := usersFile.lines.Encode(exportedUserOf(e)); err != nil {
			return err
		}
		for _, b := range e.Bindings {
			bindings++
			if err := bindingsFile.lines.Encode(exportedBindingOf(b)); err != nil {
				return err
			}
		}
		return nil
	}, progress)
	return users, bindings, cmp.Or(failed, usersFile.close(), bindingsFile.close()) // of a full disk each would say the same
}
