package userfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

// Column names.
const (
	username     = "username"
	name         = "name"
	password     = "password"
	passwordHash = "passwordHash"
	roles        = "roles"
	phone        = "phone"
)

const allColumns = "username, name, password, passwordHash, roles, phone"

var (
	errQuotes = errors.New("unmatched quotes; a row must be one line")
	// errLineBreak is about a record that is otherwise valid CSV. Its lines must not be read as rows: a line within a
	// user's name could otherwise add another user, with any roles.
	errLineBreak = errors.New("a field contains a line break; a row must be one line")
)

// columns are a file's column names, in order.
type columns []string

func parseColumns(header []byte) (columns, error) {
	c, err := fields(header)
	if err != nil {
		return nil, fmt.Errorf("the first line must name columns among %s", allColumns)
	}
	for i, column := range c {
		switch {
		case !slices.Contains(strings.Split(allColumns, ", "), column):
			return nil, fmt.Errorf("column %d is not one of %s", i+1, allColumns)
		case slices.Contains(c[:i], column):
			return nil, fmt.Errorf("the column %s appears twice", column)
		}
	}
	if !slices.Contains(c, username) {
		return nil, errors.New("the column username is missing")
	}
	if !slices.Contains(c, password) && !slices.Contains(c, passwordHash) {
		return nil, errors.New("the columns password and passwordHash are both missing")
	}
	return c, nil
}

func (c columns) parse(line []byte) (admin.ImportRow, error) {
	values, err := fields(line)
	if err != nil {
		return admin.ImportRow{}, err
	}
	if len(values) != len(c) {
		return admin.ImportRow{}, fmt.Errorf("the row has %d fields, but the first line names %d", len(values), len(c))
	}
	var row admin.ImportRow
	for i, value := range values {
		switch c[i] {
		case username:
			row.Username = value
		case name:
			row.Name = value
		case password:
			row.Password = login.Hidden(value)
		case passwordHash:
			row.PasswordHash = login.Hidden(value)
		case phone:
			row.Phone = value
		case roles:
			for role := range strings.SplitSeq(value, ";") {
				if role = strings.TrimSpace(role); role != "" {
					row.Roles = append(row.Roles, role)
				}
			}
		}
	}
	return row, nil
}

// whole reports whether a text of several lines is one CSV record.
func (c columns) whole(record []byte) bool {
	records, err := csv.NewReader(bytes.NewReader(record)).ReadAll()
	return err == nil && len(records) == 1 && len(records[0]) == len(c)
}

// fields returns the values of a line of CSV.
func fields(line []byte) ([]string, error) {
	values, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return nil, errQuotes
	}
	return values, nil
}
