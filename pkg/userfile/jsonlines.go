package userfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

// errNotRow replaces every error of encoding/json, since those quote the input.
var errNotRow = errors.New("the line is not one JSON object with username, name, password, passwordHash, phone (strings) and roles (a list)")

func parseJSON(line []byte) (admin.ImportRow, error) {
	var row struct {
		Username     string   `json:"username"`
		Name         string   `json:"name"`
		Password     string   `json:"password"`
		PasswordHash string   `json:"passwordHash"`
		Roles        []string `json:"roles"`
		Phone        string   `json:"phone"`
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&row); err != nil {
		return admin.ImportRow{}, errNotRow
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return admin.ImportRow{}, errNotRow
	}
	return admin.ImportRow{
		NewUser:      admin.NewUser{Username: row.Username, Name: row.Name, Password: login.Hidden(row.Password), Roles: row.Roles, Phone: row.Phone},
		PasswordHash: login.Hidden(row.PasswordHash),
	}, nil
}
