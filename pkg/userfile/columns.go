package userfile

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sheet"
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

// These are of users who come from another store of wxbind.
const (
	id              = "id"
	directory       = "directory"
	disabled        = "disabled"
	registeredIn    = "registeredIn"
	createdAt       = "createdAt"
	phoneVerifiedAt = "phoneVerifiedAt"
	temporaryUntil  = "temporaryUntil"
	avatar          = "avatar"
	nameGivenIn     = "nameGivenIn"
	nameGivenAt     = "nameGivenAt"
	avatarGivenIn   = "avatarGivenIn"
	avatarGivenAt   = "avatarGivenAt"
	phoneGivenIn    = "phoneGivenIn"
)

// columns are the columns of a file. A password is exact, since it is compared as it was sent. So are the names, from whose
// blanks a user's id follows; see admin.Service.Import.
var columns = []sheet.Column{
	{Name: username, Also: []string{"login", "account", "用户名", "用户名称", "登录名", "账号", "帐号", "账户"}, Exact: true},
	{Name: name, Also: []string{"display name", "full name", "姓名", "名字", "昵称", "显示名", "显示名称"}, Exact: true},
	{Name: password, Also: []string{"密码", "口令", "登录密码", "初始密码"}, Exact: true},
	{Name: passwordHash, Also: []string{"hash", "密码哈希", "哈希", "密文"}},
	{Name: roles, Also: []string{"role", "角色"}},
	{Name: phone, Also: []string{"phone number", "mobile", "手机号", "手机", "手机号码", "电话", "电话号码", "联系电话"}},
	{Name: id, Exact: true}, {Name: directory}, {Name: disabled}, {Name: registeredIn},
	{Name: createdAt}, {Name: phoneVerifiedAt}, {Name: temporaryUntil},
	{Name: avatar}, {Name: nameGivenIn}, {Name: nameGivenAt}, {Name: avatarGivenIn}, {Name: avatarGivenAt}, {Name: phoneGivenIn},
}

// movedValues are what a row has of a user from another store.
type movedValues struct {
	ID              string `json:"id"`
	Directory       bool   `json:"directory"`
	Disabled        bool   `json:"disabled"`
	RegisteredIn    string `json:"registeredIn"`
	CreatedAt       string `json:"createdAt"`
	PhoneVerifiedAt string `json:"phoneVerifiedAt"`
	TemporaryUntil  string `json:"temporaryUntil"`
	Avatar          string `json:"avatar"`
	NameGivenIn     string `json:"nameGivenIn"`
	NameGivenAt     string `json:"nameGivenAt"`
	AvatarGivenIn   string `json:"avatarGivenIn"`
	AvatarGivenAt   string `json:"avatarGivenAt"`
	PhoneGivenIn    string `json:"phoneGivenIn"`
}

// moved makes of the values what an import takes.
func (v movedValues) moved() (m admin.Moved, err error) {
	m = admin.Moved{ID: v.ID, Directory: v.Directory, Disabled: v.Disabled, RegisteredIn: v.RegisteredIn, Avatar: v.Avatar, PhoneGivenIn: v.PhoneGivenIn}
	m.NameGiven.AppID, m.AvatarGiven.AppID = v.NameGivenIn, v.AvatarGivenIn
	return m, cmp.Or(parseTime(createdAt, v.CreatedAt, &m.CreatedAt), parseTime(phoneVerifiedAt, v.PhoneVerifiedAt, &m.PhoneVerifiedAt),
		parseTime(temporaryUntil, v.TemporaryUntil, &m.TemporaryUntil), parseTime(nameGivenAt, v.NameGivenAt, &m.NameGiven.At),
		parseTime(avatarGivenAt, v.AvatarGivenAt, &m.AvatarGiven.At))
}

// movedOf reads the values of a row of a table.
func movedOf(row sheet.Row) (admin.Moved, error) {
	v := movedValues{
		ID: row.Value(id), RegisteredIn: row.Value(registeredIn), CreatedAt: row.Value(createdAt),
		PhoneVerifiedAt: row.Value(phoneVerifiedAt), TemporaryUntil: row.Value(temporaryUntil),
		Avatar: row.Value(avatar), NameGivenIn: row.Value(nameGivenIn), NameGivenAt: row.Value(nameGivenAt),
		AvatarGivenIn: row.Value(avatarGivenIn), AvatarGivenAt: row.Value(avatarGivenAt), PhoneGivenIn: row.Value(phoneGivenIn),
	}
	for _, flag := range []struct {
		column string
		to     *bool
	}{{directory, &v.Directory}, {disabled, &v.Disabled}} {
		switch text := row.Value(flag.column); strings.ToLower(text) {
		case "true", "1":
			*flag.to = true
		case "", "false", "0":
		default:
			return admin.Moved{}, fmt.Errorf("%s is neither true nor false", flag.column)
		}
	}
	return v.moved()
}

// rowOf makes a row of a user of a row of a table.
func rowOf(row sheet.Row) admin.ImportRow {
	r := admin.ImportRow{Line: row.Line, PasswordHash: login.Hidden(row.Value(passwordHash))}
	r.Username, r.Name = row.Value(username), row.Value(name)
	r.Password, r.Phone = login.Hidden(row.Value(password)), row.Value(phone)
	for role := range strings.FieldsFuncSeq(row.Value(roles), func(c rune) bool { return c == ';' || c == '；' }) {
		if role = login.Trim(role); role != "" {
			r.Roles = append(r.Roles, role)
		}
	}
	return r
}
