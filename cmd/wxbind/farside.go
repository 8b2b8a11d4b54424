package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/playground"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/webhook"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// The mini-programs of the stand-in. The first is the default. The second is the same company's, so that somebody can be
// tried in two.
const (
	standInAppID           = "wx0123456789abcdef"
	standInAppSecret       = "the-stand-in-takes-this-appsecret"
	secondStandInAppID     = "wxfedcba9876543210"
	secondStandInAppSecret = "the-stand-in-takes-this-second-appsecret"
)

// farSide is what is beyond this machine: WeChat and the platform's directory, if there is one, which serve calls; and the
// proxies and pages that call it.
type farSide struct {
	secrets  login.Secrets
	services login.Services
	// file is nil if the secret comes from the environment.
	file *secrets.File
	// directory is nil if the store keeps the users.
	directory login.Directory
	// apps are the mini-programs at the start, and appID is the default of them.
	apps  []string
	appID string
	// doubts say which mini-programs do not look like WeChat's.
	doubts []string
	// base is WeChat's address, "" for the real WeChat.
	base string
	// standIn is where the stand-in in this process listens for others, "" if there is none.
	standIn string
	// standInApp means that the mini-programs are the stand-in's, so that codes such as alice-1 are understood.
	standInApp bool
	// unknownAppIsDefault is login.Config's.
	unknownAppIsDefault bool
	// checkSession and avatarHosts are login.Config's.
	checkSession bool
	avatarHosts  []string
	// origin finds the callers' addresses.
	origin *origin.Finder
	// cors says which pages in a browser may call.
	cors localgw.CORS
	// page is the page in the browser, nil if there is none.
	page *playground.Playground
	// metrics is where Prometheus gets its metrics, "" for nowhere.
	metrics string
	// webhook sends notices to the platform, nil if none are sent. noNotices means that none are to be kept either.
	webhook   *webhook.Sender
	noNotices bool
	// observed makes the stand-in's calls known to a page.
	observed func(*playground.Playground)
	close    func()
}

// farSideFrom picks the real WeChat if mini-programs are set, the server at WECHAT_API_BASE if that is set, and otherwise the
// stand-in.
func (c serveCmd) farSideFrom(ctx context.Context, getenv func(string) string, key login.SealKey) (*farSide, error) {
	f := &farSide{base: getenv("WECHAT_API_BASE"), close: func() {}}
	own, err := ownSecretFrom(ctx, getenv, c.SecretFile, key)
	if err != nil {
		return nil, err
	}
	f.secrets, f.services, f.file, f.standInApp = own.Secrets, own.services, own.file, own.standIn
	f.apps, f.appID = appsOf(own.initial), own.initial.DefaultApp
	if f.base == "" && !f.standInApp {
		f.doubts = secrets.Doubts(own.initial)
	}
	if f.origin, err = c.finder(getenv); err != nil {
		return nil, err
	}
	if f.unknownAppIsDefault, err = app.UnknownAppIsDefault(getenv); err != nil {
		return nil, errorf("settings: %w", err)
	}
	if err = c.readDataFlags(f, getenv); err != nil {
		return nil, err
	}
	if f.cors, err = c.cors(getenv); err != nil {
		return nil, err
	}
	if url := getenv("WXBIND_DIRECTORY_URL"); url != "" {
		if own.initial.DirectoryKey == "" {
			return nil, errorf("WXBIND_DIRECTORY_URL is set and %s is not: the directory takes signed requests only", own.directoryKey())
		}
		if f.directory, err = platform.New(platform.Config{URL: url, Secrets: own}); err != nil {
			return nil, err
		}
	}
	if err := f.chooseWebhook(c.webhookFlag, getenv); err != nil {
		return nil, err
	}
	if f.standInApp && f.base == "" {
		return f, f.startStandIn(ctx, cmp.Or(c.StandIn, "127.0.0.1:0"), own.initial)
	}
	return f, nil
}

// warnOfApps says which mini-programs look as if they were pasted wrongly. Only WeChat can say, at the first login.
func warnOfApps(t console, doubts []string) {
	for _, doubt := range doubts {
		sayf(t.err, "warning: %s; if logins fail, copy it again from WeChat's console\n", foreign(doubt))
	}
}

// standInSecret is the secret if no mini-program is set: those of the stand-in, with everything else from the environment. The keys
// of pushes are of this process: nothing but its page pushes.
func standInSecret(getenv func(string) string, key login.SealKey) (*secrets.Static, error) {
	static, err := secrets.FromApp(standInAppID, standInAppSecret, key)
	if err != nil {
		return nil, err
	}
	first := login.App{ID: standInAppID, Secret: standInAppSecret, Policy: standInPolicy(secondStandInAppID), Push: newPush()}
	second := login.App{ID: secondStandInAppID, Secret: secondStandInAppSecret, Policy: standInPolicy(standInAppID), Push: newPush()}
	if static, err = static.WithApps(first, second); err != nil {
		return nil, err
	}
	return static.WithEnv(getenv)
}

// standInPolicy lets people do all that can be tried, but for becoming users without a tap: then nobody would see the login page.
func standInPolicy(other string) login.Policy {
	return login.Policy{
		Register:    []login.Registration{login.RegisterAsk, login.RegisterPhone},
		LinkUnionID: true, Rebind: true, PhoneTrust: login.DefaultPhoneTrust, AcceptFrom: []string{other},
	}
}

// startStandIn serves the stand-in with a secret's mini-programs on an address, and on loopback for this process: what is sent to WeChat goes over no
// network without TLS.
func (f *farSide) startStandIn(ctx context.Context, addr string, secret *login.Secret) error {
	listener, err := listen(ctx, addr, "--stand-in")
	if err != nil {
		return err
	}
	apps := map[string]string{}
	for id, app := range secret.Apps {
		apps[id] = string(app.Secret)
	}
	var page atomic.Pointer[playground.Playground]
	f.observed = page.Store
	server := &http.Server{
		Handler: wechattest.New(wechattest.Config{
			Apps: apps, Observe: func(c wechattest.Call) { page.Load().Called(c) },
		}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	go server.Serve(listener) //nolint:errcheck // it ends when closed
	f.close = func() { server.Close() }
	f.standIn = "http://" + listener.Addr().String()
	own := listener
	if !onLoopback(listener.Addr()) {
		if own, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
			return errors.Join(err, server.Close())
		}
		go server.Serve(own) //nolint:errcheck // likewise
	}
	f.base = "http://" + own.Addr().String()
	return nil
}
