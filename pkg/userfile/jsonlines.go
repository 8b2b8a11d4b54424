package userfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strconv"
	"strings"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sheet"
)

// errNotRow replaces the errors of encoding/json that quote the input.
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
			if err != nil {
				row.Username = textIn(line, username)
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
	if err := decodeLine(line, &row, r.ignoreUnknown, errNotRow); err != nil {
		return admin.ImportRow{}, err
	}
	moved, err := row.moved()
	return admin.ImportRow{
		Moved:        moved,
		NewUser:      admin.NewUser{Username: row.Username, Name: row.Name, Password: login.Hidden(row.Password), Roles: row.Roles, Phone: row.Phone},
		Line:         r.lines.Number(),
		PasswordHash: login.Hidden(row.PasswordHash),
	}, err
}

// decodeLine reads a line that is one JSON object.
//
// Errors: one that names a field which v does not have or has with another type; notOne for all else.
func decodeLine(line []byte, v any, ignoreUnknown bool, notOne error) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	if !ignoreUnknown {
		decoder.DisallowUnknownFields()
	}
	err := decoder.Decode(v)
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && mistyped.Field != "" {
		switch field := mistyped.Field[strings.LastIndexByte(mistyped.Field, '.')+1:]; { // without the struct that it is embedded by
		case field == roles:
			return fmt.Errorf("%s must be a list of strings", field)
		case mistyped.Type.Kind() == reflect.Bool:
			return fmt.Errorf("%s must be true or false", field)
		default:
			return fmt.Errorf("%s must be a string", field)
		}
	}
	if err != nil {
		if quoted, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			if name, err := strconv.Unquote(quoted); err == nil {
				return sheet.UnknownField(name)
			}
		}
		return notOne
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return notOne
	}
	return nil
}

// textIn returns the text of a field of a JSON object that may be damaged behind it; "" if there is none.
func textIn(line []byte, field string) (text string) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		return ""
	}
	for decoder.More() {
		key, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return ""
		}
		if name, _ := key.(string); strings.EqualFold(name, field) {
			if json.Unmarshal(value, &text) != nil {
				return ""
			}
			return text
		}
	}
	return ""
}
