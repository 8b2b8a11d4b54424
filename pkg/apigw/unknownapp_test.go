package apigw_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// What a request says of a mini-program that is not configured is in its line, refused or not: which one it is, and of anything else
// only that it is none.
func TestUnknownAppIsLogged(t *testing.T) {
	const other, secret = "wxffffffffffffffff", "0123456789abcdef0123456789abcdef"
	inBody := func(appID string) events.APIGatewayV2HTTPRequest {
		return post("application/json", `{"code":"alice-1","username":"demo","password":"`+password+`","appId":"`+appID+`"}`)
	}
	for name, c := range map[string]struct {
		route  apigw.Route
		event  events.APIGatewayV2HTTPRequest
		logged any
	}{
		"checkBind":    {apigw.CheckBind, get("code=alice-1&appId=" + other), other},
		"bind":         {apigw.Bind, inBody(other), other},
		"code2session": {apigw.Code2Session, inBody(other), other},
		"an AppSecret": {apigw.CheckBind, get("code=alice-1&appId=" + secret), "no appid"},
		"configured":   {apigw.CheckBind, get("code=alice-1&appId=" + secondAppID), nil},
		"not named":    {apigw.CheckBind, get("code=alice-1"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, line := w.invoke(t.Context(), c.route, c.event), w.lastLine()
			refused := c.logged != nil
			if refused != (a.body["error"] == string(login.AppIDUnknown)) || refused != (a.status == 400) || refused && w.wechat.Calls() != 0 {
				t.Errorf("got %d %s after %d calls to WeChat", a.status, a.text, w.wechat.Calls())
			}
			if line["unknownAppId"] != c.logged || refused != (line["severity"] == "WARN") || refused && line["appId"] != nil {
				t.Errorf("the log says %v", line)
			}
			w.service.UnknownAppIsDefault = true
			a, line = w.invoke(t.Context(), c.route, c.event), w.lastLine()
			if a.status != 200 || a.body["code"] == 0.0 {
				t.Errorf("as the default: got %d %s", a.status, a.text)
			}
			if line["unknownAppId"] != c.logged || refused != (line["severity"] == "WARN") || refused && line["appId"] != appID {
				t.Errorf("as the default: the log says %v", line)
			}
			if strings.Contains(w.log.String(), secret) {
				t.Error("what may be a secret is in the log")
			}
		})
	}
}

// The appid in WeChat's Referer is a hint: the developer tools send one that nobody has.
func TestUnknownAppInTheReferer(t *testing.T) {
	w := newWorld(t)
	a := w.invoke(t.Context(), apigw.CheckBind, withHeaders(get("code=alice-1"), map[string]string{
		"referer": "https://servicewechat.com/touristappid/devtools/page-frame.html",
	}))
	if line := w.lastLine(); a.body["code"] != 301.0 || line["appId"] != appID || line["unknownAppId"] != nil {
		t.Errorf("got %s, and the log says %v", a.text, line)
	}
}
