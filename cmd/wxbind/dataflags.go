package main

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/login"
)

// dataFlags are about what people bring from WeChat. A flag goes before its environment variable.
type dataFlags struct {
	AvatarHosts  []string `name:"avatar-hosts" help:"The hosts of which users' pictures may be, such as img.example.com; *.example.com are all below it." placeholder:"HOST,..." sep:"none"`
	CheckSession bool     `name:"check-session" help:"Ask WeChat whether a session_key is still good before encrypted data is opened with it."`
}

// readDataFlags reads the flags and their environment variables.
func (d dataFlags) readDataFlags(f *farSide, getenv func(string) string) (err error) {
	if f.checkSession, err = app.CheckSession(getenv); err != nil {
		return errorf("settings: %w", err)
	}
	f.checkSession = f.checkSession || d.CheckSession
	if len(d.AvatarHosts) == 0 {
		if f.avatarHosts, err = app.AvatarHosts(getenv); err != nil {
			return errorf("settings: %w", err)
		}
		return nil
	}
	if f.avatarHosts, err = login.ParseAvatarHosts(strings.Join(d.AvatarHosts, ",")); err != nil {
		return errorf("settings: --avatar-hosts (%w)", err)
	}
	if f.avatarHosts == nil {
		return errorf("settings: --avatar-hosts (is empty: leave it out if nobody may set a picture)")
	}
	return nil
}
