package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// CheckApp asks WeChat whether it takes an AppID and its AppSecret from this
// address. It gets an access_token for that and drops it. It forces no refresh:
// whoever uses the app's stable token keeps the one that they have.
//
// The error is an *Error, Refused with WeChat's errcode where it does not take them.
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

// ServerTime is what WeChat's Date header says, to the second. Whatever else the
// server answers is good. The error is an *Error.
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

// once is the error of the only attempt, which was at the base.
func (c *Client) once(failed *Error) *Error {
	failed.Host, failed.Attempts = c.base.Host, 1
	return failed
}
