package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// CheckApp asks WeChat whether it accepts an AppID and its AppSecret from this address. To find out, it gets an
// access_token, which it drops. It forces no refresh, so programs that use the app's stable token keep theirs.
//
// The error is an *Error; its Fault is Refused, with WeChat's errcode, if WeChat does not accept them.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
func (c *Client) CheckApp(ctx context.Context, app login.App) error {
	payload, err := json.Marshal(map[string]any{
		"grant_type":    "client_credential",
		"appid":         app.ID,
		"secret":        string(app.Secret),
		"force_refresh": false,
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	var token string
	body, failed := c.send(ctx, request{method: http.MethodPost, to: c.base.JoinPath("cgi-bin", "stable_token"), payload: payload})
	if failed == nil {
		var r reply
		r, failed = read(body, "stable_token")
		token = r.AccessToken
	}
	if failed == nil && token == "" {
		failed = &Error{Fault: BadReply, Detail: "no access_token"}
	}
	if failed != nil {
		return c.once(failed)
	}
	return nil
}

// ServerTime returns the time in WeChat's Date header, to the second. It ignores the rest of the answer. The error is
// an *Error.
func (c *Client) ServerTime(ctx context.Context) (time.Time, error) {
	a, failed := c.ask(ctx, request{method: http.MethodHead, to: c.base})
	if failed != nil {
		return time.Time{}, c.once(failed)
	}
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return time.Time{}, c.once(&Error{Fault: BadReply, Detail: "no Date header"})
	}
	return date, nil
}

// once is the error of a call's only attempt, at the base.
func (c *Client) once(failed *Error) *Error {
	failed.Host, failed.Attempts = c.base.Host, 1
	return failed
}
