package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

const demoUsername = "demo"

// demoPassword returns a password for the user of a store without users, "" for a store that has users.
func demoPassword(ctx context.Context, store *admin.Service) (login.Hidden, error) {
	for _, err := range store.All(ctx) {
		return "", err
	}
	return password.Generate(), nil
}

// addDemo adds a user with two menus and the password, unless that is "". The password is stored nowhere, so it must have
// been printed before: a start that is killed leaves no user whose password nobody has seen.
func addDemo(ctx context.Context, store *admin.Service, secret login.Hidden) error {
	if secret == "" {
		return nil
	}
	err := store.SetRoles(ctx, []login.Role{{Name: demoUsername, Menus: []login.Menu{
		{ID: "home", Name: "首页", Path: "/pages/index/index", Icon: "home"},
		{ID: "me", Name: "我的", Path: "/pages/me/me", Icon: "user"},
	}}})
	if err != nil {
		return err
	}
	_, err = store.Add(ctx, admin.NewUser{Username: demoUsername, Name: "Demo", Password: secret, Roles: []string{demoUsername}})
	if errors.Is(err, login.ErrUsernameTaken) {
		return errorf("another `wxbind serve` has begun with the same folder at the same time: the password that it printed counts, and the one above does not")
	}
	return err
}

// greet prints where the server is and how to try it. The user demo is added after that: see addDemo.
func greet(out io.Writer, c serveCmd, url string, far *farSide, demo login.Hidden) {
	sayf(out, "wxbind is serving on %s\n\n", url)
	if far.page != nil {
		sayf(out, "  open    %s/ in a browser: a phone, and everything that happens behind it\n", url)
	}
	sayf(out, "  data    %s\n", databaseIn(c.Data))
	if far.metrics != "" {
		sayf(out, "  metrics %s, for Prometheus\n", far.metrics)
	}
	switch {
	case far.standIn != "":
		sayf(out, "  WeChat  a stand-in at %s: alice-1, alice-2, … are one-time codes of alice\n", far.standIn)
	case far.base != "":
		sayf(out, "  WeChat  %s, as %s\n", far.base, far.names())
	default:
		sayf(out, "  WeChat  the real one, as %s: use codes of wx.login\n", far.names())
	}
	if far.webhook != nil {
		sayf(out, "  notices of what happens to users go to %s; `wxbind outbox key%s` prints the key that signs them\n", far.webhook.Host(), dataFlag(c.Data))
	}
	if far.standInApp && slices.Contains(far.apps, secondStandInAppID) && far.appID != secondStandInAppID {
		sayf(out, "  apps    %[1]s, and %[2]s: &appId=%[2]s opens that one, as the same person\n", far.appID, secondStandInAppID)
	}
	switch {
	case far.directory != nil:
		sayf(out, "  user    those of the platform's directory (WXBIND_DIRECTORY_URL)\n")
	case !far.standInApp:
		flag := dataFlag(c.Data)
		sayf(out, "  user    `wxbind user add NAME%s` adds one, `wxbind user list%s` shows them\n", flag, flag)
	case demo == "":
		flag := dataFlag(c.Data)
		sayf(out, "  user    unchanged; `wxbind user list%s` shows them, `wxbind user passwd demo%s` sets a new password\n", flag, flag)
	default:
		sayf(out, "  user    %s, password %s (shown only this once)\n", demoUsername, string(demo))
	}
	switch {
	case !far.standInApp:
		sayf(out, "\nTry it: call wx.login in the mini-program %s and open %s/mobileApi/user/checkBind?code=CODE with its code.\n", far.appID, url)
	case demo == "":
		sayf(out, "\nTry it: this says whether alice is bound, and logs her in if she is.\n")
		fmt.Fprintf(out, "\n  curl '%s/mobileApi/user/checkBind?code=alice-1'\n", url)
	default:
		sayf(out, "\nTry it: the first answers that alice is not bound, the second binds her, the third logs her in.\n")
		fmt.Fprintf(out, `
  curl '%[1]s/mobileApi/user/checkBind?code=alice-1'
  curl '%[1]s/mobileApi/user/bind' -H 'content-type: application/json' -d '{"code":"alice-2","username":"%[2]s","password":"%[3]s"}'
  curl '%[1]s/mobileApi/user/checkBind?code=alice-3'
`, url, demoUsername, string(demo))
	}
}

// names lists the mini-programs, and says which is the default.
func (f *farSide) names() string {
	if len(f.apps) < 2 {
		return f.appID
	}
	return textf("%s (default %s)", strings.Join(f.apps, ", "), f.appID)
}

// dataFlag is the flag that makes a command work on a folder, quoted for a shell.
func dataFlag(folder string) string {
	switch {
	case folder == defaultData:
		return ""
	case strings.ContainsFunc(folder, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-", r)
	}):
		return " --data '" + strings.ReplaceAll(folder, "'", `'\''`) + "'"
	default:
		return " --data " + folder
	}
}
