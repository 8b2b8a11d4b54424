package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// means fails the test unless an error has a code, and no secret; "" is for no error.
func means(t *testing.T, err error, code login.Code) {
	t.Helper()
	switch {
	case err == nil && code == "":
	case err == nil || code == "":
		t.Errorf("got %v, want %s", err, code)
	default:
		if got, _ := failure(t, err); got.Code != code {
			t.Errorf("got %v, want %s", err, code)
		}
	}
}

// tokenOf is a token of the stand-in.
func tokenOf(t *testing.T, c *wechat.Client) login.Hidden {
	t.Helper()
	token, err := c.StableToken(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	return token.Value
}

func TestPhoneNumber(t *testing.T) {
	openID := wechattest.OpenID(app.ID, "alice")
	for code, want := range map[string]string{
		"phone-alice-1":        wechattest.PhoneNumber("alice"),
		"phone-13800138000-1":  "+8613800138000",
		"phone-+14155550100-1": "+14155550100", // its country code comes as a number
		"phone-+35312345678-1": "+35312345678",
	} {
		w := start(t)
		c := w.client(t, nil)
		token := tokenOf(t, c)
		if got, err := c.PhoneNumber(t.Context(), token, app, code, openID); err != nil || got != want {
			t.Errorf("%s gives %s, %v", code, got, err)
		}
		_, err := c.PhoneNumber(t.Context(), token, app, code, openID)
		if means(t, err, login.PhoneCodeInvalid); w.CallsWith(code) != 2 {
			t.Errorf("%s was sent %d times", code, w.CallsWith(code))
		}
	}
}

func TestPhoneErrcodes(t *testing.T) {
	const operator = login.ActionFix
	for _, row := range []struct {
		errcode int
		code    login.Code
		action  login.Action
		retry   time.Duration
	}{
		{-1, login.WXBusy, login.ActionRetry, time.Second},
		{40029, login.PhoneCodeInvalid, login.ActionNone, 0},
		{40013, login.PhoneCodeInvalid, login.ActionNone, 0},
		{40003, login.PhoneCodeInvalid, login.ActionNone, 0},
		{40163, login.PhoneCodeInvalid, login.ActionNone, 0},
		{61024, login.PhoneCodeInvalid, login.ActionNone, 0},
		{40001, login.WXTokenRejected, login.ActionRetry, 2 * time.Second},
		{40014, login.WXTokenRejected, login.ActionRetry, 2 * time.Second},
		{42001, login.WXTokenRejected, login.ActionRetry, 2 * time.Second},
		{45011, login.WXThrottled, login.ActionWait, time.Minute},
		{45009, login.WXQuotaSpent, login.ActionWait, time.Hour},
		{40164, login.WXAddressBlocked, operator, 0},
		{89503, login.WXAddressBlocked, operator, 0},
		{89506, login.WXAddressBlocked, operator, 0},
		{89507, login.WXAddressBlocked, operator, 0},
		{48001, login.WXAppRejected, operator, 0},
		{40229, login.PhoneCodeInvalid, login.ActionNone, 0},
		{40230, login.WXRequestInvalid, operator, 0},
		{40240, login.WXRequestInvalid, operator, 0},
		{40241, login.PhoneCodeInvalid, login.ActionNone, 0},
		{47001, login.WXRequestInvalid, operator, 0},
	} {
		t.Run(fmt.Sprint(row.errcode), func(t *testing.T) {
			w := start(t)
			c := w.client(t, func() time.Time { return noon })
			code := fmt.Sprintf("phone-err%d-x", row.errcode)
			_, err := c.PhoneNumber(t.Context(), tokenOf(t, c), app, code, "o1")
			got, cause := failure(t, err)
			if got.Code != row.code || got.Code.Action() != row.action || got.RetryAfter != row.retry {
				t.Errorf("means %s (%s) after %v, want %s (%s) after %v", got.Code, got.Code.Action(), got.RetryAfter, row.code, row.action, row.retry)
			}
			if cause.Errcode != row.errcode || cause.RID == "" {
				t.Errorf("the log gets %v", cause)
			}
			if want := map[bool]int{true: 2, false: 1}[row.errcode == -1]; w.CallsWith(code) != want {
				t.Errorf("the code was sent %d times, want %d", w.CallsWith(code), want)
			}
		})
	}
}

func TestWhoseThePhoneCodeIs(t *testing.T) {
	for name, row := range map[string]struct{ code, openID string }{
		"another person's": {"phone-bob-1", wechattest.OpenID(app.ID, "alice")},
		"another app's":    {"phone-other-alice-1", wechattest.OpenID(app.ID, "alice")},
		"of wx.login":      {"alice-1", wechattest.OpenID(app.ID, "alice")},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t).client(t, nil)
			_, err := c.PhoneNumber(t.Context(), tokenOf(t, c), app, row.code, row.openID)
			means(t, err, login.PhoneCodeInvalid)
		})
	}
}

func TestDeadTokensAreSaidToBe(t *testing.T) {
	w := start(t)
	c := w.client(t, nil)
	dead := tokenOf(t, c)
	w.KillTokens(app.ID)
	openID := wechattest.OpenID(app.ID, "alice")
	_, err := c.PhoneNumber(t.Context(), dead, app, "phone-alice-1", openID)
	means(t, err, login.WXTokenRejected)
	// The code is good yet.
	if got, err := c.PhoneNumber(t.Context(), tokenOf(t, c), app, "phone-alice-1", openID); err != nil || got != wechattest.PhoneNumber("alice") {
		t.Errorf("with the next token: %s, %v", got, err)
	}
}

// A paid code must not be spent twice.
func TestAPhoneCodeIsSentOnce(t *testing.T) {
	for name, row := range map[string]struct {
		code  string
		want  login.Code
		sends int
	}{
		"lost":            {"phone-lost-alice-1", login.WXUnavailable, 1},
		"reset":           {"phone-reset-alice-1", login.WXUnavailable, 1},
		"no body":         {"phone-empty-alice-1", login.WXUnavailable, 1},
		"a page":          {"phone-html-alice-1", login.WXUnexpected, 1},
		"a status":        {"phone-http503-alice-1", login.WXUnavailable, 1},
		"too much":        {"phone-huge-alice-1", login.WXUnexpected, 1},
		"busy for once":   {"phone-busy-alice-1", "", 2},
		"busy every time": {"phone-err-1-alice-1", login.WXBusy, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			c := w.client(t, nil)
			_, err := c.PhoneNumber(t.Context(), tokenOf(t, c), app, row.code, wechattest.OpenID(app.ID, "alice"))
			means(t, err, row.want)
			if n := w.CallsWith(row.code); n != row.sends {
				t.Errorf("it was sent %d times, want %d", n, row.sends)
			}
		})
	}
}

// What WeChat cannot have seen may be sent again.
func TestAPhoneCodeOnAConnectionThatCannotBeMade(t *testing.T) {
	w := start(t)
	dials := 0
	c := newClient(t, wechat.Config{Base: w.http.URL, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials == 1 {
			return nil, errors.New("SECRET")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	token := tokenOf(t, w.client(t, nil))
	got, err := c.PhoneNumber(t.Context(), token, app, "phone-alice-1", wechattest.OpenID(app.ID, "alice"))
	if err != nil || got != wechattest.PhoneNumber("alice") || dials != 2 {
		t.Errorf("got %s, %v after %d dials", got, err, dials)
	}
}

func TestThePhoneRequest(t *testing.T) {
	var got, contentType string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, contentType = r.Method+" "+r.URL.RequestURI()+" "+string(body), r.Header.Get("Content-Type")
		_, _ = w.Write([]byte(`{"errcode":40029,"errmsg":"invalid code TOKEN&? phone-x, rid: TOKEN"}`))
	}))
	defer server.Close()
	_, err := newClient(t, wechat.Config{Base: server.URL}).PhoneNumber(t.Context(), "TOKEN&?", app, `phone-"x`, "o1")
	means(t, err, login.PhoneCodeInvalid)
	if want := `POST /wxa/business/getuserphonenumber?access_token=TOKEN%26%3F {"code":"phone-\"x","openid":"o1"}`; got != want || contentType != "application/json" {
		t.Errorf("it asks %s (%s)", got, contentType)
	}
}
