package doctor_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	appID     = "wx0123456789abcdef"
	appID2    = "wxfedcba9876543210"
	appSecret = login.Hidden("S3CRETa0123456789abcdef012345678")
	key       = login.Hidden("S3CRETk0123456789012345678901234567890123456789")
)

func app(id string, secret login.Hidden) login.App {
	return login.App{ID: id, Secret: secret, Push: login.PushSettings{Token: "S3CRETtoken", EncodingAESKey: "S3CRET"}}
}

// secretOf is a secret with these apps; the first one is the default.
func secretOf(apps ...login.App) *login.Secret {
	s := &login.Secret{DefaultApp: apps[0].ID, Apps: map[string]login.App{}, SealKeys: []login.SealKey{{ID: "0", Key: key}}, IndexKey: key}
	for _, a := range apps {
		s.Apps[a.ID] = a
	}
	return s
}

func reading(s *login.Secret, err error) func(context.Context) (*login.Secret, error) {
	return func(context.Context) (*login.Secret, error) { return s, err }
}

// client is a client of a WeChat that a handler plays.
func client(t *testing.T, h http.Handler) *wechat.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return clientOf(t, server.URL)
}

func clientOf(t *testing.T, base string) *wechat.Client {
	t.Helper()
	c, err := wechat.New(wechat.Config{Base: base})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatWeChatSaysOfAnApp(t *testing.T) {
	good := app(appID, appSecret)
	for name, row := range map[string]struct {
		app   login.App
		spoil func(*wechattest.Server)
		want  string
	}{
		"accepted":         {good, nil, "ok WeChat " + appID + ": accepts the AppID and the AppSecret, from this machine's address, and gives the access_token that phone numbers need"},
		"another AppID":    {app("wxother", appSecret), nil, "FAIL WeChat wxother: knows no mini-program with this AppID (errcode 40013, rid "},
		"wrong AppSecret":  {app(appID, "S3CRETwrong"), nil, "FAIL WeChat " + appID + ": does not accept the AppSecret (errcode 40125, rid "},
		"not in IP list":   {good, func(s *wechattest.Server) { s.SetIPList(appID, netip.MustParseAddr("203.0.113.7")) }, "FAIL WeChat " + appID + ": does not accept calls from 127.0.0.1: it is not in the mini-program's IP list (errcode 40164, rid "},
		"wrong by another": {good, func(s *wechattest.Server) { s.Deny(appID, 40001) }, "FAIL WeChat " + appID + ": does not accept the AppSecret (errcode 40001"},
		"frozen secret":    {good, func(s *wechattest.Server) { s.Deny(appID, 40243) }, "FAIL WeChat " + appID + ": has frozen the AppSecret (errcode 40243"},
		"unconfirmed":      {good, func(s *wechattest.Server) { s.Deny(appID, 89503) }, "FAIL WeChat " + appID + ": waits for an administrator"},
		"being confirmed":  {good, func(s *wechattest.Server) { s.Deny(appID, 89501) }, "FAIL WeChat " + appID + ": waits for an administrator"},
		"refused twice":    {good, func(s *wechattest.Server) { s.Deny(appID, 89506) }, "FAIL WeChat " + appID + ": blocks this machine's address for 24 hours"},
		"refused once":     {good, func(s *wechattest.Server) { s.Deny(appID, 89507) }, "FAIL WeChat " + appID + ": blocks this machine's address for an hour"},
		"call forbidden":   {good, func(s *wechattest.Server) { s.Deny(appID, 50004) }, "FAIL WeChat " + appID + ": has forbidden this call to the mini-program"},
		"frozen app":       {good, func(s *wechattest.Server) { s.Deny(appID, 50007) }, "FAIL WeChat " + appID + ": has frozen the mini-program"},
		"busy":             {good, func(s *wechattest.Server) { s.Deny(appID, -1) }, "warn WeChat " + appID + ": is busy"},
		"quota of a day":   {good, func(s *wechattest.Server) { s.Deny(appID, 45009) }, "warn WeChat " + appID + ": says nothing about the AppSecret: the day's quota"},
		"quota of minute":  {good, func(s *wechattest.Server) { s.Deny(appID, 45011) }, "warn WeChat " + appID + ": says nothing about the AppSecret: too many"},
		"unknown errcode":  {good, func(s *wechattest.Server) { s.Deny(appID, 61024) }, "FAIL WeChat " + appID + ": does not accept them (errcode 61024"},
	} {
		t.Run(name, func(t *testing.T) {
			s := wechattest.New(wechattest.Config{Apps: map[string]string{appID: string(appSecret)}})
			if row.spoil != nil {
				row.spoil(s)
			}
			wantLines(t, []doctor.Check{doctor.Secret(reading(secretOf(row.app), nil), "", client(t, s))},
				"ok secret: well formed: "+row.app.ID+", 1 seal key, an index key", row.want)
		})
	}
}

// WeChat's answer may lack the address.
func TestUnknownAddress(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"errcode":40164,"errmsg":"not in whitelist"}`))
	})
	wantLines(t, []doctor.Check{doctor.Secret(reading(secretOf(app(appID, appSecret)), nil), "", client(t, h))},
		"ok secret", "FAIL WeChat "+appID+": does not accept calls from this machine's address: it is not in the mini-program's IP list (errcode 40164)")
}

func TestWeChatThatCannotTell(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	page := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	for name, w := range map[string]*wechat.Client{"unreachable": clientOf(t, closed.URL), "a gateway's page": page} {
		t.Run(name, func(t *testing.T) {
			wantLines(t, []doctor.Check{doctor.Secret(reading(secretOf(app(appID, appSecret)), nil), "", w)},
				"ok secret", "FAIL WeChat "+appID+": WeChat cannot be asked: 127.0.0.1")
		})
	}
	wantLines(t, []doctor.Check{doctor.Clock(clientOf(t, closed.URL), time.Now)}, "FAIL clock: WeChat's clock cannot be read: 127.0.0.1")
}

func TestSecret(t *testing.T) {
	w := client(t, wechattest.New(wechattest.Config{Apps: map[string]string{appID: string(appSecret), appID2: string(appSecret)}}))
	two := secretOf(app(appID2, appSecret), app(appID, "S3CRETwrong"))
	two.SealKeys = append(two.SealKeys, login.SealKey{ID: "1", Key: key})
	two.DirectoryKey = key
	wantLines(t, []doctor.Check{doctor.Secret(reading(two, nil), "", w)},
		"ok secret: well formed: "+appID+", "+appID2+" (default), 2 seal keys, a directory key, an index key",
		"FAIL WeChat "+appID+": does not accept the AppSecret",
		"ok WeChat "+appID2+": accepts")

	refused := login.Because(login.SecretUnavailable, errors.New("appId is still the placeholder REPLACE_ME"))
	wantLines(t, []doctor.Check{doctor.Secret(reading(nil, refused), "fill it in", w)},
		"FAIL secret: appId is still the placeholder REPLACE_ME -> fill it in", "skip WeChat: ")
}

func TestServices(t *testing.T) {
	for name, row := range map[string]struct {
		services login.ServiceKeys
		err      error
		want     string
	}{
		"none":     {nil, nil, "ok services: well formed: 0 services"},
		"two":      {login.ServiceKeys{{ID: "orders", Key: key}, {ID: "stock", Key: key}}, nil, "ok services: well formed: 2 services (orders, stock)"},
		"unusable": {nil, login.Because(login.SecretUnavailable, errors.New("services must be a list")), "FAIL services: services must be a list -> correct it"},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(context.Context) (login.ServiceKeys, error) { return row.services, row.err }
			wantLines(t, []doctor.Check{doctor.Services(read, "correct it")}, row.want)
		})
	}
}

func TestClock(t *testing.T) {
	theirs := time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)
	w := client(t, wechattest.New(wechattest.Config{Now: func() time.Time { return theirs }}))
	for name, row := range map[string]struct {
		ahead time.Duration
		want  string
	}{
		"exact":            {500 * time.Millisecond, "ok clock: within 1s of WeChat's"},
		"a little off":     {-29 * time.Second, "ok clock: within 30s of WeChat's"},
		"at the limit":     {30*time.Second + 900*time.Millisecond, "ok clock: within 30s of WeChat's"},
		"beyond it":        {31*time.Second + 500*time.Millisecond, "FAIL clock: this machine's clock is 31s ahead of WeChat's -> let NTP"},
		"behind":           {-31 * time.Second, "FAIL clock: this machine's clock is 32s behind WeChat's -> let NTP"},
		"of the wrong day": {-48 * time.Hour, "FAIL clock: this machine's clock is 48h0m1s behind WeChat's -> let NTP"},
	} {
		t.Run(name, func(t *testing.T) {
			wantLines(t, []doctor.Check{doctor.Clock(w, func() time.Time { return theirs.Add(row.ahead) })}, row.want)
		})
	}
}
