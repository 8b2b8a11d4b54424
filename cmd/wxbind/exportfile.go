package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

// exportFile is a file of an export, with a JSON value a line.
type exportFile struct {
	file   *os.File
	buffer *bufio.Writer
	lines  *json.Encoder
}

// newExportFile makes a file that only its owner may read.
func newExportFile(path string) (*exportFile, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	buffer := bufio.NewWriterSize(file, 64<<10)
	lines := json.NewEncoder(buffer)
	lines.SetEscapeHTML(false)
	return &exportFile{file: file, buffer: buffer, lines: lines}, nil
}

// close waits until the file is on the disk, and returns its first fault.
func (f *exportFile) close() error {
	return cmp.Or(f.buffer.Flush(), f.file.Sync(), f.file.Close())
}

// exportedUser is a user as `wxbind user import` reads them.
type exportedUser struct {
	ID              string     `json:"id"`
	Username        string     `json:"username,omitempty"`
	Name            string     `json:"name,omitempty"`
	PasswordHash    string     `json:"passwordHash,omitempty"`
	TemporaryUntil  *time.Time `json:"temporaryUntil,omitempty"`
	Roles           []string   `json:"roles,omitempty"`
	Phone           string     `json:"phone,omitempty"`
	PhoneVerifiedAt *time.Time `json:"phoneVerifiedAt,omitempty"`
	RegisteredIn    string     `json:"registeredIn,omitempty"`
	Directory       bool       `json:"directory,omitempty"`
	Disabled        bool       `json:"disabled,omitempty"`
	CreatedAt       *time.Time `json:"createdAt,omitempty"`
	Avatar          string     `json:"avatar,omitempty"`
	NameGivenIn     string     `json:"nameGivenIn,omitempty"`
	NameGivenAt     *time.Time `json:"nameGivenAt,omitempty"`
	AvatarGivenIn   string     `json:"avatarGivenIn,omitempty"`
	AvatarGivenAt   *time.Time `json:"avatarGivenAt,omitempty"`
	PhoneGivenIn    string     `json:"phoneGivenIn,omitempty"`
}

func exportedUserOf(e admin.Exported) exportedUser {
	u := e.User
	x := exportedUser{
		ID: u.ID, Username: u.Username, Name: u.Name, PasswordHash: string(e.Password.Hash), TemporaryUntil: unlessZero(e.Password.TemporaryUntil),
		Roles: u.Roles, Phone: u.Phone.Number, PhoneVerifiedAt: unlessZero(u.Phone.VerifiedAt), RegisteredIn: u.RegisteredIn,
		Directory: e.Directory, Disabled: u.Disabled, CreatedAt: unlessZero(u.CreatedAt), Avatar: u.Avatar,
	}
	if !e.Directory {
		x.NameGivenIn, x.NameGivenAt = u.NameGiven.AppID, unlessZero(u.NameGiven.At)
		x.AvatarGivenIn, x.AvatarGivenAt = u.AvatarGiven.AppID, unlessZero(u.AvatarGiven.At)
		x.PhoneGivenIn = u.Phone.AppID
	}
	return x
}

// exportedBinding is a binding as `wxbind binding import` reads it.
type exportedBinding struct {
	AppID       string     `json:"appId"`
	OpenID      string     `json:"openid"`
	UserID      string     `json:"userId"`
	UnionID     string     `json:"unionid,omitempty"`
	BoundAt     *time.Time `json:"boundAt,omitempty"`
	LastLoginAt *time.Time `json:"lastLoginAt,omitempty"`
}

func exportedBindingOf(b login.Binding) exportedBinding {
	return exportedBinding{
		AppID: b.AppID, OpenID: b.OpenID, UserID: b.UserID, UnionID: b.UnionID, BoundAt: unlessZero(b.BoundAt), LastLoginAt: unlessZero(b.LastLoginAt),
	}
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
