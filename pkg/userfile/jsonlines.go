package userfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sheet"
)

// errNotRow replaces every error of encoding/json, since those quote the input.
var errNotRow = errors.New("the line is not one JSON object with username, name, password, passwordHash, phone (strings) and roles (a list)")

// jsonReader reads JSON lines.
type jsonReader struct {
	lines         *sheet.Lines
	ignoreUnknown bool
}

func (r *jsonReader) rows() iter.Seq2[admin.ImportRow, error] {
	return func(yield func(admin.ImportRow, error) bool) {
		for {
			var row admin.ImportRow
			line, err := r.lines.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				if row, err = r.parse(line); err != nil {
					err = &sheet.BadRow{Line: r.lines.Number(), Cause: err}
				}
			}
			row, err = judged(row, err)
			_, bad := errors.AsType[*admin.BadRow](err)
			if !yield(row, err) || err != nil && !bad {
				return
			}
		}
	}
}

func (r *jsonReader) parse(line []byte) (admin.ImportRow, error) {
	var row struct {
		Username     string   `json:"username"`
		Name         string   `json:"name"`
		Password     string   `json:"password"`
		PasswordHash string   `json:"passwordHash"`
		Roles        []string `json:"roles"`
		Phone        string   `json:"phone"`
		movedValues
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	if !r.ignoreUnknown {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(&row); err != nil {
		return admin.ImportRow{}, errNotRow
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return admin.ImportRow{}, errNotRow
	}
	moved, err := row.moved()
	return admin.ImportRow{
		Moved:        moved,
		NewUser:      admin.NewUser{Username: row.Username, Name: row.Name, Password: login.Hidden(row.Password), Roles: row.Roles, Phone: row.Phone},
		Line:         r.lines.Number(),
		PasswordHash: login.Hidden(row.PasswordHash),
	}, err
}
