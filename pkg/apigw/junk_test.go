package apigw_test

import (
	"fmt"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
)

// Of 1,500 codes that nobody issued, WeChat sees the first few. The others are answered with 429 without a call, on
// whatever route they come.
func TestJunkDoesNotReachWeChat(t *testing.T) {
	w := newWorld(t)
	routes := []apigw.Route{apigw.CheckBind, apigw.Code2Session, apigw.Bind}
	var last answer
	refused, calls := 0, w.wechat.Calls()
	for n := range 1_500 {
		route, code := routes[n%3], fmt.Sprintf("err40029-%d", n)
		e := get("code=" + code)
		if route.Method == "POST" {
			e = post("application/json", fmt.Sprintf(`{"code":%q,"username":"demo","password":"wrong"}`, code))
		}
		if a := w.invoke(t.Context(), route, e); a.status == 429 {
			last = a
			refused++
		}
	}
	if calls = w.wechat.Calls() - calls; calls+refused != 1_500 || calls < 30 || calls > 60 { // one more a second
		t.Errorf("WeChat is asked %d times, %d codes are refused", calls, refused)
	}
	if last.body["error"] != string(login.TooManyCodes) || last.body["action"] != "wait" || last.header["retry-after"] != "1" {
		t.Errorf("the answer is %s with %v", last.text, last.header)
	}
	if line := w.lines()[1_499]; line["severity"] != "WARN" || line["cause"] == nil || line["WeChatLatency"] != nil || line["StoreLatency"] != nil {
		t.Errorf("the log says %v", line)
	}
	// It is no password that was refused.
	if lines := w.events(); len(lines) != 0 {
		t.Errorf("the audit has %v", lines[0])
	}
	elsewhere := get("code=" + w.code("alice"))
	elsewhere.RequestContext.HTTP.SourceIP = "192.0.2.9"
	if a := w.invoke(t.Context(), apigw.CheckBind, elsewhere); a.status != 200 {
		t.Errorf("another address gets %s", a.text)
	}
}

// A proxy that nobody has named makes all callers one address: then none is turned away for the others. Behind a trusted
// one each has a bucket.
func TestJunkBehindAProxy(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]string
		most     int
	}{
		"that is not trusted":      {nil, 100},
		"that is trusted":          {map[string]string{origin.EnvTrustedProxies: "10.0.0.0/8"}, 60},
		"though there is none":     {map[string]string{origin.EnvTrustedProxies: "none"}, 60},
		"that is not that trusted": {map[string]string{origin.EnvTrustedProxies: "172.16.0.0/12"}, 60},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.origin = trusting(t, c.settings)
			calls := w.wechat.Calls()
			for n := range 100 {
				w.invoke(t.Context(), apigw.CheckBind, proxied(get(fmt.Sprintf("code=err40029-%d", n)), "192.0.2.66"))
			}
			if calls = w.wechat.Calls() - calls; calls < 30 || (calls == 100) != (c.most == 100) || calls > c.most {
				t.Errorf("WeChat is asked %d times", calls)
			}
		})
	}
}
