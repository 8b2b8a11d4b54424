package wechat_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

var app = login.App{ID: "wx0123456789abcdef", Secret: "SECRET+/=&0123456789"}

// standIn is WeChat's stand-in behind a real HTTP server.
type standIn struct {
	*wechattest.Server
	http *httptest.Server
}

func start(t *testing.T) standIn {
	t.Helper()
	s := wechattest.New(wechattest.Config{Apps: map[string]string{app.ID: string(app.Secret)}})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return standIn{s, server}
}

func (s standIn) client(t *testing.T, now func() time.Time) *wechat.Client {
	t.Helper()
	return newClient(t, wechat.Config{Base: s.http.URL, Now: now})
}

func newClient(t *testing.T, c wechat.Config) *wechat.Client {
	t.Helper()
	client, err := wechat.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// failure unpacks the error of a call, and looks for secrets in it.
func failure(t *testing.T, err error) (*login.Error, *wechat.Error) {
	t.Helper()
	e, ok := errors.AsType[*login.Error](err)
	cause, ok2 := errors.AsType[*wechat.Error](err)
	if !ok || !ok2 {
		t.Fatalf("got %#v, want a *login.Error with its cause", err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("failed", "err", err, "cause", cause)
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v %#v", err, err, cause), log.String()} {
		for _, secret := range []string{"SECRET", "js_code", "jscode2session", "CODE", "TOKEN", "stable-token", "access_token=", "/wxa/", "phone-", "138001"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows in %s", secret, text)
			}
		}
	}
	return e, cause
}

func TestSession(t *testing.T) {
	w := start(t)
	session, err := w.client(t, nil).Code2Session(t.Context(), app, "alice-1")
	if err != nil {
		t.Fatal(err)
	}
	if session.OpenID != wechattest.OpenID(app.ID, "alice") || session.UnionID != wechattest.UnionID("alice") || len(session.SessionKey) != 24 {
		t.Errorf("got %+v", session)
	}
}

func TestUsedCode(t *testing.T) {
	w := start(t)
	c := w.client(t, nil)
	if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Code2Session(t.Context(), app, "alice-1"); !errors.Is(err, login.WXCodeUsed) {
		t.Errorf("got %v", err)
	}
	if n := w.CallsWith("alice-1"); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestWrongCredentials(t *testing.T) {
	c := start(t).client(t, nil)
	for want, a := range map[login.Code]login.App{
		login.WXAppRejected:    {ID: "wxother", Secret: app.Secret},
		login.WXSecretRejected: {ID: app.ID, Secret: "SECRETwrong"},
		login.WXSecretUnusable: {ID: app.ID},
	} {
		_, err := c.Code2Session(t.Context(), a, "alice-1")
		if got, _ := failure(t, err); got.Code != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// net/http reports these faults in many ways. The code is sent as many times as allowed.
func TestFaults(t *testing.T) {
	for _, row := range []struct {
		code   string
		want   login.Code
		fault  wechat.Fault
		status int
		calls  int
	}{
		{"empty-CODE-1", login.WXUnavailable, wechat.EmptyReply, 0, 1},
		{"html-CODE-1", login.WXUnexpected, wechat.BadReply, 0, 1},
		{"huge-CODE-1", login.WXUnexpected, wechat.BadReply, 0, 1},
		{"reset-CODE-1", login.WXUnavailable, wechat.Lost, 0, 1},
		{"lost-CODE-1", login.WXUnavailable, wechat.Lost, 0, 1},
		{"http500-CODE-1", login.WXUnavailable, wechat.BadStatus, 500, 1},
		{"http503-CODE-1", login.WXUnavailable, wechat.BadStatus, 503, 1},
		{"http404-CODE-1", login.WXUnexpected, wechat.BadStatus, 404, 1},
		{"err-1-CODE", login.WXBusy, wechat.Refused, 0, 2},
		{"err40029-CODE", login.WXCodeInvalid, wechat.Refused, 0, 1},
	} {
		for _, warm := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s on a connection used before: %v", row.code, warm), func(t *testing.T) {
				w := start(t)
				c := w.client(t, nil)
				if warm {
					if err := c.Warm(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				_, err := c.Code2Session(t.Context(), app, row.code)
				got, cause := failure(t, err)
				if got.Code != row.want || cause.Fault != row.fault || cause.Status != row.status || cause.Attempts != row.calls {
					t.Errorf("got %v", err)
				}
				if cause.Host != strings.TrimPrefix(w.http.URL, "http://") {
					t.Errorf("host is %q", cause.Host)
				}
				if got.RetryAfter == 0 && got.Code.Kind() == login.KindUnavailable {
					t.Error("no Retry-After")
				}
				if n := w.CallsWith(row.code); n != row.calls {
					t.Errorf("sent %d times, want %d", n, row.calls)
				}
			})
		}
	}
}

func TestBusyIsAskedOnceMore(t *testing.T) {
	w := start(t)
	session, err := w.client(t, nil).Code2Session(t.Context(), app, "busy-alice-1")
	if err != nil || session.OpenID != wechattest.OpenID(app.ID, "alice") {
		t.Errorf("got %+v, %v", session, err)
	}
	if n := w.Calls(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	thief := start(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.http.URL+r.URL.RequestURI(), http.StatusFound)
	}))
	t.Cleanup(server.Close)
	_, err := newClient(t, wechat.Config{Base: server.URL}).Code2Session(t.Context(), app, "alice-1")
	if got, cause := failure(t, err); got.Code != login.WXUnexpected || cause.Status != http.StatusFound {
		t.Errorf("got %v", err)
	}
	if thief.Calls() != 0 {
		t.Error("the AppSecret went to another host")
	}
}

func TestBaseMayHaveAPath(t *testing.T) {
	w := start(t)
	server := httptest.NewServer(http.StripPrefix("/wechat", w.Server))
	t.Cleanup(server.Close)
	for _, path := range []string{"/wechat", "/wechat/"} {
		c := newClient(t, wechat.Config{Base: server.URL + path})
		if _, err := c.Code2Session(t.Context(), app, "alice-"+fmt.Sprint(len(path))); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestBadSettings(t *testing.T) {
	for _, base := range []string{
		"api.weixin.qq.com", "ftp://SECRET.example", "http://", "https:///path", "http:opaque", "http://user:SECRET@example.com",
		"http://SECRET@example.com", "http://example.com?SECRET", "http://example.com/?", "http://example.com/#SECRET",
		"http://SECRET example.com", "http://example.com:SECRET", "://SECRET", "http://SECRET.example.com", "http://192.0.2.1",
		"http://localhost.SECRET.example.com", "http://127.0.0.1.SECRET.example.com",
	} {
		for setting, c := range map[string]wechat.Config{
			"WECHAT_API_BASE": {Base: base},
			"fallback":        {Fallback: base},
		} {
			_, err := wechat.New(c)
			if err == nil || !strings.Contains(err.Error(), setting) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("%s %q gives %v", setting, base, err)
			}
		}
	}
}

// The AppSecret goes in the clear only to this machine itself, under whichever name.
func TestHTTPOnlyToThisMachine(t *testing.T) {
	for _, base := range []string{"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://host.docker.internal:3001", "https://192.0.2.1"} {
		if _, err := wechat.New(wechat.Config{Base: base}); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
	if _, err := wechat.New(wechat.Config{Base: "http://192.0.2.1"}); err == nil || !strings.Contains(err.Error(), "must be https") {
		t.Errorf("another machine: %v", err)
	}
}

func TestOneClientServesManyAtOnce(t *testing.T) {
	w := start(t)
	c := w.client(t, nil)
	results := make(chan error)
	for i := range 40 {
		go func() {
			_, err := c.Code2Session(t.Context(), app, fmt.Sprintf("alice-%d", i/2))
			results <- err
		}()
	}
	used := 0
	for range 40 {
		if err := <-results; errors.Is(err, login.WXCodeUsed) {
			used++
		} else if err != nil {
			t.Error(err)
		}
	}
	if used != 20 || w.Calls() != 40 {
		t.Errorf("%d of 40 codes were used before in %d calls, want 20 in 40", used, w.Calls())
	}
}
