package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// maxLife is the longest life of an access_token, in seconds.
const maxLife = 7200

// maxToken bounds an access_token, in bytes. WeChat asks for room for 512 characters.
const maxToken = 512

// StableToken asks for an app's access_token, as login.WeChat says. The Cause of its errors is an *Error.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
func (c *Client) StableToken(ctx context.Context, app login.App) (login.AccessToken, error) {
	var token login.AccessToken
	failed := c.post(ctx, post{
		path: []string{"cgi-bin", "stable_token"},
		payload: map[string]any{
			"grant_type":    "client_credential",
			"appid":         app.ID,
			"secret":        string(app.Secret),
			"force_refresh": false, // a forced refresh would end the token that other programs use
		},
		decode: func(body []byte) (failed *Error) {
			token, failed = decodeToken(body)
			return failed
		},
		repeatable: true,
	})
	if failed != nil {
		return login.AccessToken{}, failed.failureOf(tokenMeaningOf, c.now())
	}
	return token, nil
}

// decodeToken reads the answer to stable_token. It refuses a token that is not as documented.
func decodeToken(body []byte) (login.AccessToken, *Error) {
	if _, failed := read(body, "stable_token"); failed != nil {
		return login.AccessToken{}, failed
	}
	var (
		value   string
		seconds errcode
	)
	members, _ := upstream.Object(body) // read has parsed it
	detail := ""
	switch {
	case json.Unmarshal(members["access_token"], &value) != nil || value == "":
		detail = "no access_token"
	case len(value) > maxToken || strings.ContainsFunc(value, func(c rune) bool { return c <= ' ' || c > '~' }):
		detail = "access_token too long or not visible ASCII"
	case json.Unmarshal(members["expires_in"], &seconds) != nil || seconds <= 0 || seconds > maxLife:
		detail = "expires_in is not within two hours"
	}
	if detail != "" {
		return login.AccessToken{}, &Error{Fault: BadReply, Detail: detail}
	}
	return login.AccessToken{Value: login.Hidden(value), Life: time.Duration(seconds) * time.Second}, nil
}

// CheckApp asks WeChat whether it accepts an AppID and its AppSecret from this address. To find out, it gets the app's
// access_token, which it drops: see StableToken. The error is an *Error; its Fault is Refused, with WeChat's errcode, if
// WeChat does not accept them.
func (c *Client) CheckApp(ctx context.Context, app login.App) error {
	_, err := c.StableToken(ctx, app)
	if cause, ok := errors.AsType[*Error](err); ok {
		return cause
	}
	return err
}
