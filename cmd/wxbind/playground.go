package main

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"runtime/debug"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/playground"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// pageFlag is for those who change the phone of the page.
type pageFlag struct {
	Phone string `help:"Show the phone in the browser with runtime.js and example.js of this folder, as built anew." placeholder:"DIR" type:"given"`
}

// page makes the page in the browser, on which anybody can be anybody and may act as an operator. So there is none but with the
// stand-in in this process, on the addresses whose names the page accepts, and with no proxy in front.
func (c serveCmd) page(store *sqlitestore.Store, far *farSide, addr net.Addr, logger *slog.Logger) (*playground.Playground, error) {
	if far.standIn == "" || !far.standInApp || !onPlainLoopback(addr) || far.origin.Rules.Behind() {
		if c.Phone != "" {
			return nil, errorf("--phone is for the page in the browser, which there is only with the stand-in for WeChat, on 127.0.0.1 or [::1] and with no proxy in front")
		}
		return nil, nil //nolint:nilnil // a nil Playground does nothing
	}
	phone, err := c.phoneFiles()
	if err != nil {
		return nil, err
	}
	about := playground.About{Version: "unknown", StandIn: far.standIn, Base: "http://" + addr.String()}
	if info, ok := debug.ReadBuildInfo(); ok {
		about.Version = versionOf(info).Version
	}
	if far.directory == nil {
		about.DemoUser = demoUsername
	}
	for _, appID := range far.apps {
		about.Apps = append(about.Apps, playground.App{AppID: appID, Name: standInNames[appID]})
	}
	page := playground.New(playground.Config{
		About: about, Store: store, Admin: adminOf(store), Logger: logger, By: whoRuns(), Origins: far.cors.Origins, Phone: phone,
		Pusher: far.pusher(about.Base),
	})
	far.page = page
	far.observed(page)
	return page, nil
}

// pusher makes what pushes to a mini-program at base, in secure mode, or in plain mode if that is what its settings say.
func (f *farSide) pusher(base string) func(context.Context, string) (wechattest.Pusher, error) {
	return func(ctx context.Context, appID string) (wechattest.Pusher, error) {
		secret, err := f.secrets.Secret(ctx)
		if err != nil {
			return wechattest.Pusher{}, err
		}
		app, known := secret.Apps[appID]
		switch {
		case !known:
			return wechattest.Pusher{}, login.AppIDUnknown
		case app.Push.Token == "":
			return wechattest.Pusher{}, login.PushOff
		}
		pusher := wechattest.Pusher{
			AppID: appID, Token: string(app.Push.Token), EncodingAESKey: string(app.Push.EncodingAESKey),
			Address: pushAddress(base, appID), Mode: wechattest.Secure,
		}
		if pusher.EncodingAESKey == "" {
			pusher.Mode = wechattest.Plain
		}
		return pusher, nil
	}
}

// standInNames are the names of the stand-in's mini-programs.
var standInNames = map[string]string{standInAppID: "Demo", secondStandInAppID: "Demo 2"}

// phoneFiles returns the folder that the flag names, nil for none.
func (c serveCmd) phoneFiles() (fs.FS, error) {
	if c.Phone == "" {
		return nil, nil //nolint:nilnil // those that are built in
	}
	if info, err := os.Stat(c.Phone); err != nil || !info.IsDir() {
		return nil, errorf("--phone: %s is no folder", c.Phone)
	}
	return os.DirFS(c.Phone), nil
}

// onPlainLoopback reports whether an address is 127.0.0.1 or [::1].
func onPlainLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && (tcp.IP.Equal(net.IPv4(127, 0, 0, 1)) || tcp.IP.Equal(net.IPv6loopback))
}
