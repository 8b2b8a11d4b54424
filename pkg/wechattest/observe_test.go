package wechattest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// An observer is told of every call before its answer is there, who was identified and why not, and of no secret.
func TestObserver(t *testing.T) {
	calls := make(chan wechattest.Call, 10)
	server := httptest.NewServer(wechattest.New(wechattest.Config{
		Apps: map[string]string{app: secret}, Observe: func(c wechattest.Call) { calls <- c },
	}))
	defer server.Close()
	exchange := func(code string) {
		r, err := http.Get(server.URL + wechattest.Path + "?" + url.Values{
			"appid": {app}, "secret": {secret}, "js_code": {code}, "grant_type": {"authorization_code"},
		}.Encode())
		if err == nil {
			r.Body.Close()
		}
	}
	post := func(path, body string) {
		r, err := http.Post(server.URL+path, "application/json", strings.NewReader(body))
		if err == nil {
			r.Body.Close()
		}
	}
	type told struct {
		kind, code, person, fault string
		errcode                   int
	}
	for _, c := range []struct {
		call func()
		want told
	}{
		{func() { exchange("alice-1") }, told{"jscode2session", "alice-1", "alice", "", 0}},
		{func() { exchange("alice-1") }, told{"jscode2session", "alice-1", "", "", 40163}},
		{func() { exchange("nobody's") }, told{"jscode2session", "nobody's", "", "", 40029}},
		{func() { exchange("err45011-x") }, told{"jscode2session", "err45011-x", "", "", 45011}},
		{func() { exchange("busy-alice-2") }, told{"jscode2session", "busy-alice-2", "", "busy", -1}},
		{func() { exchange("slow1ms-alice-3") }, told{"jscode2session", "slow1ms-alice-3", "alice", "slow", 0}},
		{func() { exchange("reset-alice-4") }, told{"jscode2session", "reset-alice-4", "", "reset", 0}},
		{func() { exchange("lost-alice-5") }, told{"jscode2session", "lost-alice-5", "", "lost", 0}},
		{func() { exchange("huge-alice-6") }, told{"jscode2session", "huge-alice-6", "", "huge", 0}},
		{func() { exchange("bom-alice-7") }, told{"jscode2session", "bom-alice-7", "alice", "bom", 0}},
		{func() { post(wechattest.StableTokenPath, unforced) }, told{"stable_token", "", "", "", 0}},
		{func() { post(wechattest.PhonePath+"?access_token=x", `{"code":"phone-alice-1"}`) }, told{"getuserphonenumber", "", "", "", 40001}},
	} {
		c.call()
		var got wechattest.Call
		select {
		case got = <-calls:
		default:
			t.Fatalf("%s is over, and nobody was told", c.want.code)
		}
		if told := (told{got.Kind, got.Code, got.Person, got.Fault, got.Errcode}); told != c.want {
			t.Errorf("%+v, want %+v", told, c.want)
		}
		if identified := got.OpenID == wechattest.OpenID(app, "alice"); identified != (c.want.person != "") {
			t.Errorf("%s: the openid is %q", c.want.code, got.OpenID)
		}
		if text := fmt.Sprintf("%+v", got); strings.Contains(text, secret) || strings.Contains(text, "stable-token-") || got.Began.IsZero() || got.Took < 0 {
			t.Errorf("it is told %s", text)
		}
	}
}
