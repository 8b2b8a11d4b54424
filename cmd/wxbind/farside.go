package main

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// The mini-program of the stand-in.
const (
	standInAppID     = "wx0123456789abcdef"
	standInAppSecret = "the-stand-in-takes-this-appsecret"
)

// farSide is what is on WeChat's side of serve.
type farSide struct {
	appID     string
	appSecret login.Hidden
	// base is "" for the real WeChat.
	base string
	// standIn says that base is the stand-in in this process.
	standIn bool
	close   func()
}

// farSideFrom picks the real WeChat when WX_APPID and WX_APPSECRET are set, the
// server at WECHAT_API_BASE when that is, and else the stand-in.
func farSideFrom(getenv func(string) string) (*farSide, error) {
	f := &farSide{
		appID: getenv("WX_APPID"), appSecret: login.Hidden(getenv("WX_APPSECRET")),
		base: getenv("WECHAT_API_BASE"), close: func() {},
	}
	switch {
	case f.appID == "" && f.appSecret != "":
		return nil, errors.New("WX_APPSECRET is set and WX_APPID is not")
	case f.appID != "" && f.appSecret == "":
		return nil, errors.New("WX_APPID is set and WX_APPSECRET is not")
	case f.appID == "":
		f.appID, f.appSecret = standInAppID, standInAppSecret
		if f.base == "" {
			return f, f.startStandIn()
		}
	}
	return f, nil
}

// startStandIn serves the stand-in on a free port of this machine.
func (f *farSide) startStandIn() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           wechattest.New(wechattest.Config{Apps: map[string]string{f.appID: string(f.appSecret)}}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	go server.Serve(listener) //nolint:errcheck // it ends when it is closed
	f.base, f.standIn = "http://"+listener.Addr().String(), true
	f.close = func() { server.Close() } //nolint:errcheck // nothing is left to lose
	return nil
}
