package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// The mini-program of the stand-in.
const (
	standInAppID     = "wx0123456789abcdef"
	standInAppSecret = "the-stand-in-takes-this-appsecret"
)

// farSide is what is beyond this machine: WeChat and the platform's directory, if there is one, which serve calls; and the
// proxies and pages that call it.
type farSide struct {
	secrets *secrets.Static
	// directory is nil if the store keeps the users.
	directory login.Directory
	appID     string
	// base is WeChat's address, "" for the real WeChat.
	base string
	// standIn is where the stand-in in this process listens for others, "" if there is none.
	standIn string
	// standInApp means that the mini-program is the stand-in's, so that codes such as alice-1 are understood.
	standInApp bool
	// unknownAppIsDefault is login.Config's.
	unknownAppIsDefault bool
	// origin finds the callers' addresses.
	origin *origin.Finder
	// cors says which pages in a browser may call.
	cors  localgw.CORS
	close func()
}

// farSideFrom picks the real WeChat if WX_APPID and WX_APPSECRET are set, the server at WECHAT_API_BASE if that is set,
// and otherwise the stand-in.
func (c serveCmd) farSideFrom(ctx context.Context, getenv func(string) string, key login.SealKey) (*farSide, error) {
	f := &farSide{base: getenv("WECHAT_API_BASE"), close: func() {}}
	static, err := secrets.FromEnv(getenv, key)
	f.standInApp = errors.Is(err, secrets.ErrNotSet)
	if f.standInApp {
		static, err = standInSecret(getenv, key)
	}
	if err != nil {
		return nil, err
	}
	secret, err := static.Secret(ctx)
	if err != nil {
		return nil, err
	}
	f.secrets, f.appID = static, secret.DefaultApp
	if f.origin, err = c.finder(getenv); err != nil {
		return nil, err
	}
	if f.unknownAppIsDefault, err = app.UnknownAppIsDefault(getenv); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	if f.cors, err = c.cors(getenv); err != nil {
		return nil, err
	}
	if url := getenv("WXBIND_DIRECTORY_URL"); url != "" {
		if secret.DirectoryKey == "" {
			return nil, errors.New("WXBIND_DIRECTORY_URL is set and " + secrets.EnvDirectoryKey + " is not: the directory takes signed requests only")
		}
		if f.directory, err = platform.New(platform.Config{URL: url, Secrets: static}); err != nil {
			return nil, err
		}
	}
	if f.standInApp && f.base == "" {
		return f, f.startStandIn(ctx, cmp.Or(c.StandIn, "127.0.0.1:0"))
	}
	return f, nil
}

// standInSecret is the secret if no mini-program is set: the stand-in's, with everything else from the environment.
func standInSecret(getenv func(string) string, key login.SealKey) (*secrets.Static, error) {
	static, err := secrets.FromApp(standInAppID, standInAppSecret, key)
	if err != nil {
		return nil, err
	}
	return static.WithEnv(getenv)
}

// startStandIn serves the stand-in on an address, and on loopback for this process: what is sent to WeChat goes over no
// network without TLS.
func (f *farSide) startStandIn(ctx context.Context, addr string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return cannotListen(addr, "--stand-in", err)
	}
	server := &http.Server{
		Handler:           wechattest.New(wechattest.Config{Apps: map[string]string{standInAppID: standInAppSecret}}),
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
