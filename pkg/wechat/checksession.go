package wechat

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"

	"github.com/wxbind/wxbind/pkg/login"
)

// CheckSession asks whether a session_key is still good, as login.WeChat says. The Cause of its errors is an *Error.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/checkSessionKey.html
func (c *Client) CheckSession(ctx context.Context, token login.Hidden, _ login.App, openID string, sessionKey login.Hidden) error {
	query := url.Values{
		"access_token": {string(token)}, "openid": {openID},
		"signature": {sessionSignature(sessionKey)}, "sig_method": {"hmac_sha256"},
	}.Encode()
	failed := c.checkSession(ctx, c.base, query)
	if host := c.second(ctx, failed); host != nil {
		if failed = c.checkSession(ctx, host, query); failed != nil {
			failed.Attempts = 2
		}
	}
	if failed != nil {
		return failed.failureOf(checkMeaningOf, c.now())
	}
	return nil
}

// checkSession makes one attempt.
func (c *Client) checkSession(ctx context.Context, host *url.URL, query string) *Error {
	to := host.JoinPath("wxa", "checksession")
	to.RawQuery = query
	answer, failed := c.send(ctx, request{method: http.MethodGet, to: to})
	if failed == nil {
		_, failed = read(answer.Body, "checksession")
	}
	if failed != nil {
		failed.Host, failed.Attempts = host.Host, 1
	}
	return failed
}

// sessionSignature proves that we have a session_key: the HMAC-SHA256 of nothing, keyed with the session_key as the string that it
// is.
func sessionSignature(sessionKey login.Hidden) string {
	return hex.EncodeToString(hmac.New(sha256.New, []byte(sessionKey)).Sum(nil))
}
