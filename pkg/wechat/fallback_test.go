package wechat_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
)

func TestFallbackWhenNoConnectionCanBeMade(t *testing.T) {
	w := start(t)
	c := newClient(t, wechat.Config{Base: closedURL(t), Fallback: w.http.URL})
	if _, err := c.Code2Session(t.Context(), app, "alice-1"); err != nil {
		t.Error(err)
	}
	if w.Calls() != 1 {
		t.Errorf("%d calls, want 1", w.Calls())
	}
	// The fallback's answer is final.
	_, err := c.Code2Session(t.Context(), app, "err-1-x")
	if got, cause := failure(t, err); got.Code != login.WXBusy || cause.Attempts != 2 || "http://"+cause.Host != w.http.URL {
		t.Errorf("got %v", err)
	}
	if w.CallsWith("err-1-x") != 1 {
		t.Errorf("the fallback was asked %d times", w.CallsWith("err-1-x"))
	}
}

func TestFallbackIsNotAskedWhenTheCodeMayHaveBeenSeen(t *testing.T) {
	for _, code := range []string{"reset-alice-1", "lost-alice-2", "http503-alice-3", "empty-alice-4", "busy-alice-5"} {
		w, fallback := start(t), start(t)
		c := newClient(t, wechat.Config{Base: w.http.URL, Fallback: fallback.http.URL})
		_, _ = c.Code2Session(t.Context(), app, code)
		if fallback.Calls() != 0 {
			t.Errorf("%s went to the fallback", code)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	for name, row := range map[string]struct {
		config wechat.Config
		host   string
	}{
		"a custom base has no fallback": {wechat.Config{Base: "http://localhost"}, "localhost:80"},
		"a custom base and fallback":    {wechat.Config{Base: "http://localhost", Fallback: "http://127.0.0.2:81"}, "127.0.0.2:81"},
		"WeChat":                        {wechat.Config{}, "api2.weixin.qq.com:443"},
		"WeChat by name":                {wechat.Config{Base: "https://api.weixin.qq.com/"}, "api2.weixin.qq.com:443"},
	} {
		t.Run(name, func(t *testing.T) {
			var dialled []string
			row.config.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			_, err := newClient(t, row.config).Code2Session(t.Context(), app, "CODE")
			got, cause := failure(t, err)
			if got.Code != login.WXUnavailable || cause.Fault != wechat.NotConnected || cause.Detail != "connection refused" || cause.Attempts != 2 {
				t.Errorf("got %v", err)
			}
			if len(dialled) != 2 || dialled[1] != row.host || !strings.HasPrefix(row.host, cause.Host) {
				t.Errorf("dialled %v, and the error names %s", dialled, cause.Host)
			}
		})
	}
}
