package userfile

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/sheet"
)

// Column names of bindings. A file may also have the column username.
const (
	appID       = "appId"
	openID      = "openid"
	userID      = "userId"
	unionID     = "unionid"
	boundAt     = "boundAt"
	lastLoginAt = "lastLoginAt"
)

var bindingColumns = []sheet.Column{
	{Name: appID, Also: []string{"app", "小程序", "小程序 ID", "小程序 AppID"}},
	{Name: openID, Also: []string{"微信openid", "小程序openid"}},
	{Name: username, Also: columns[0].Also},
	{Name: userID, Also: []string{"user", "uid", "用户ID", "用户编号"}},
	{Name: unionID, Also: []string{"微信unionid"}},
	{Name: boundAt, Also: []string{"绑定时间"}},
	{Name: lastLoginAt, Also: []string{"最近登录时间", "最后登录时间"}},
}

// errNotBinding is errNotRow for bindings.
var errNotBinding = errors.New("the line is not one JSON object with appId, openid, username, userId, unionid, boundAt and lastLoginAt (strings)")

// Bindings reads the rows of one file of bindings.
type Bindings struct {
	table *sheet.Reader
	// lines are those of JSON lines, else nil.
	lines         *sheet.Lines
	ignoreUnknown bool
}

// NewBindings starts reading a file of bindings. For CSV it reads the line that names the columns: appId, openid, at least one of
// username and userId, and any of unionid, boundAt and lastLoginAt, or what they are called in Chinese. Times are as in RFC 3339.
//
// Errors: those of New.
func NewBindings(r io.Reader, f Format, o sheet.Options) (*Bindings, error) {
	switch f {
	case JSONLines:
		lines, err := sheet.NewLines(r, o.Encoding)
		return &Bindings{lines: lines, ignoreUnknown: o.IgnoreUnknown}, err
	case CSV:
	default:
		return nil, fmt.Errorf("userfile: unknown format %q", f)
	}
	table, err := sheet.Open(r, bindingColumns, o)
	if err != nil {
		return nil, err
	}
	for _, needed := range []string{appID, openID} {
		if !table.Has(needed) {
			return nil, fmt.Errorf("the column %s is missing", needed)
		}
	}
	if !table.Has(username) && !table.Has(userID) {
		return nil, errors.New("the columns username and userId are both missing")
	}
	return &Bindings{table: table}, nil
}

// Total is how many rows there are at most, or -1 if that is not known.
func (r *Bindings) Total() int {
	if r.table == nil {
		return r.lines.Total()
	}
	return r.table.Total()
}

// Ignored describes the columns that are left out.
func (r *Bindings) Ignored() []string {
	if r.table == nil {
		return nil
	}
	return r.table.Ignored()
}

// Rows returns each row once. An error that is an *admin.BadRow concerns one row; any other error ends the sequence.
func (r *Bindings) Rows() iter.Seq2[admin.BindingRow, error] {
	rows := r.tableRows()
	if r.table == nil {
		rows = r.jsonRows()
	}
	return func(yield func(admin.BindingRow, error) bool) {
		for row, err := range rows {
			if bad, ok := errors.AsType[*sheet.BadRow](err); ok {
				err = &admin.BadRow{Line: bad.Line, OpenID: row.OpenID, Cause: bad.Cause}
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func (r *Bindings) tableRows() iter.Seq2[admin.BindingRow, error] {
	return func(yield func(admin.BindingRow, error) bool) {
		for row, err := range r.table.Rows() {
			b := admin.BindingRow{Line: row.Line}
			if err == nil || row.Value(openID) != "" {
				var odd error
				b, odd = bindingOf(row.Line, bindingValues{
					AppID: row.Value(appID), OpenID: row.Value(openID), Username: row.Value(username), UserID: row.Value(userID),
					UnionID: row.Value(unionID), BoundAt: row.Value(boundAt), LastLoginAt: row.Value(lastLoginAt),
				})
				if err == nil {
					err = odd
				}
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

func (r *Bindings) jsonRows() iter.Seq2[admin.BindingRow, error] {
	return func(yield func(admin.BindingRow, error) bool) {
		for {
			line, err := r.lines.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			var row admin.BindingRow
			if err == nil {
				row, err = r.parse(line)
			}
			_, bad := errors.AsType[*sheet.BadRow](err)
			if bad {
				row.OpenID = textIn(line, openID)
			}
			if !yield(row, err) || err != nil && !bad {
				return
			}
		}
	}
}

// bindingValues are the values of a row as the file has them.
type bindingValues struct {
	AppID       string `json:"appId"`
	OpenID      string `json:"openid"`
	Username    string `json:"username"`
	UserID      string `json:"userId"`
	UnionID     string `json:"unionid"`
	BoundAt     string `json:"boundAt"`
	LastLoginAt string `json:"lastLoginAt"`
}

func (r *Bindings) parse(line []byte) (admin.BindingRow, error) {
	var values bindingValues
	if err := decodeLine(line, &values, r.ignoreUnknown, errNotBinding); err != nil {
		return admin.BindingRow{}, &sheet.BadRow{Line: r.lines.Number(), Cause: err}
	}
	return bindingOf(r.lines.Number(), values)
}

// bindingOf makes a row of its values.
//
// Errors: a *sheet.BadRow for a time that is none. The row comes with it.
func bindingOf(line int, v bindingValues) (admin.BindingRow, error) {
	row := admin.BindingRow{Line: line, AppID: v.AppID, OpenID: v.OpenID, Username: v.Username, UserID: v.UserID, UnionID: v.UnionID}
	for _, at := range []struct {
		column, text string
		to           *time.Time
	}{{boundAt, v.BoundAt, &row.BoundAt}, {lastLoginAt, v.LastLoginAt, &row.LastLoginAt}} {
		if err := parseTime(at.column, at.text, at.to); err != nil {
			return row, &sheet.BadRow{Line: line, Cause: err}
		}
	}
	return row, nil
}

// parseTime reads a time as RFC 3339 writes it; "" is the zero time.
func parseTime(column, text string, to *time.Time) (err error) {
	if text == "" {
		return nil
	}
	if *to, err = time.Parse(time.RFC3339, text); err != nil {
		return fmt.Errorf("%s is no time such as 2026-01-02T03:04:05Z", column)
	}
	return nil
}
