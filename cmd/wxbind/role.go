package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
)

type roleSetCmd struct {
	storeFlags
	File string `arg:"" help:"A JSON file: {\"roles\":[{\"name\":\"…\",\"menus\":[{\"id\":\"…\",\"name\":\"…\",\"path\":\"…\",\"icon\":\"…\",\"children\":[…]}]}]}"`
}

// roleFile is the format of the file.
type roleFile struct {
	Roles []listedRole `json:"roles"`
}

type listedRole struct {
	Name  string       `json:"name"`
	Menus []login.Menu `json:"menus"`
}

// maxRoleFile bounds the file, in bytes.
const maxRoleFile = 4 << 20

// Run loads the roles.
func (c roleSetCmd) Run(ctx context.Context, t console) error {
	file, err := unlessInterrupted(ctx, func() (roleFile, error) { return readRoles(c.File, t.in) })
	if err != nil {
		return err
	}
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		roles, names := make([]login.Role, len(file.Roles)), make([]string, len(file.Roles))
		for i, r := range file.Roles {
			roles[i], names[i] = login.Role{Name: r.Name, Menus: r.Menus}, r.Name
		}
		a.said = append(a.said, slog.Any("roles", names))
		if err := a.SetRoles(ctx, roles); err != nil {
			return err
		}
		for _, r := range roles {
			sayf(t.out, "set role %s (%d menus on its first level)\n", printable(r.Name), len(r.Menus))
		}
		return nil
	})
}

type roleDeleteCmd struct {
	storeFlags
	confirmed
	Role  string `arg:"" help:"The role's name."`
	Force bool   `help:"Delete it even if users have it, which asks first. They keep its name, which gives them no menus."`
}

// Run deletes the role.
func (c roleDeleteCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		if c.Force {
			if err := c.confirm(ctx, t, textf("Delete the role %s, even if users have it?", c.Role)); err != nil {
				return err
			}
		}
		a.said = append(a.said, slog.Any("roles", []string{c.Role}))
		had, err := a.DeleteRole(ctx, c.Role, c.Force)
		if used, ok := errors.AsType[*admin.RoleInUseError](err); ok {
			return errorf("%w; `wxbind user list --role` lists them, and `wxbind user set --roles` gives them others", used)
		}
		if err != nil {
			return err
		}
		sayf(t.out, "deleted the role %s\n", printable(c.Role))
		if had > 0 {
			sayf(t.out, "%d users still have its name, which gives no menus; `wxbind user list --role` lists them\n", had)
		}
		return nil
	})
}

type roleListCmd struct {
	storeFlags
	asJSON
}

// Run lists the roles. Its JSON has the format that set reads.
func (c roleListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		roles, err := a.Roles(ctx)
		if err != nil {
			return err
		}
		file, rows := roleFile{Roles: []listedRole{}}, newTable(t.out, "ROLE", "MENUS")
		for _, r := range roles {
			file.Roles = append(file.Roles, listedRole{Name: r.Name, Menus: listMenus(r.Menus)})
			var names []string
			for _, m := range r.Menus {
				names = append(names, m.Name)
			}
			rows.add(r.Name, strings.Join(names, ","))
		}
		if c.JSON {
			return printJSON(t, file)
		}
		return rows.print()
	})
}

// listMenus are menus in a list in which no list is null.
func listMenus(menus []login.Menu) []login.Menu {
	all := []login.Menu{}
	for _, m := range menus {
		m.Children = listMenus(m.Children)
		all = append(all, m)
	}
	return all
}

func readRoles(path string, stdin io.Reader) (roleFile, error) {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return roleFile{}, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxRoleFile+1))
	if err != nil {
		return roleFile{}, err
	}
	if len(text) > maxRoleFile {
		return roleFile{}, errorf("%s is larger than %d bytes", path, maxRoleFile)
	}
	all := text
	if text = bom.Trim(text); len(text) == 0 {
		return roleFile{}, errorf("%s is empty", path)
	}
	var file roleFile
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return roleFile{}, errorf("%s: line %d: %s", path, lineOf(all, int64(len(all)-len(text)), decoder, err), jsonWords(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return roleFile{}, errorf("%s contains more than one JSON value", path)
	}
	if len(file.Roles) == 0 {
		return roleFile{}, errorf("%s contains no roles", path)
	}
	return file, nil
}

// lineOf returns the line that a decoder's error is about. The decoder began at an offset of the text.
func lineOf(text []byte, begun int64, decoder *json.Decoder, err error) int {
	offset := decoder.InputOffset()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	return 1 + bytes.Count(text[:min(int(begun+offset), len(text))], []byte("\n"))
}
