package wechat_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
)

func TestStableToken(t *testing.T) {
	w := start(t)
	c := w.client(t, nil)
	first, err := c.StableToken(t.Context(), app)
	if err != nil || first.Value == "" || first.Life <= 7190*time.Second || first.Life > 7200*time.Second {
		t.Errorf("got %+v, %v", first, err)
	}
	if again, err := c.StableToken(t.Context(), app); err != nil || again.Value != first.Value {
		t.Errorf("a second call gives another one: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", first, first, first); strings.Contains(text, string(first.Value)) {
		t.Errorf("it shows in %s", text)
	}
}

func TestRefusedTokens(t *testing.T) {
	for errcode, want := range map[int]login.Code{
		-1: login.WXBusy, 40002: login.WXUnexpected, 40001: login.WXSecretRejected, 40125: login.WXSecretRejected, 40013: login.WXAppRejected,
		40164: login.WXAddressBlocked, 40243: login.WXSecretUnusable, 45009: login.WXQuotaSpent, 45011: login.WXThrottled,
		89501: login.WXAddressBlocked, 89503: login.WXAddressBlocked, 89506: login.WXAddressBlocked, 89507: login.WXAddressBlocked,
		42001: login.WXUnexpected, 40029: login.WXCodeInvalid, 61024: login.WXUnexpected,
	} {
		t.Run(fmt.Sprint(errcode), func(t *testing.T) {
			w := start(t)
			w.Deny(app.ID, errcode)
			_, err := w.client(t, nil).StableToken(t.Context(), app)
			means(t, err, want)
			if n := map[bool]int{true: 2, false: 1}[errcode == -1]; w.TokenCalls() != n {
				t.Errorf("WeChat was asked %d times, want %d", w.TokenCalls(), n)
			}
		})
	}
}

// Nothing is lost if WeChat sees this call twice.
func TestATokenWhoseAnswerIsLostIsAskedForAgain(t *testing.T) {
	w := start(t)
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			panic(http.ErrAbortHandler)
		}
		w.ServeHTTP(out, r)
	}))
	defer server.Close()
	token, err := newClient(t, wechat.Config{Base: server.URL}).StableToken(t.Context(), app)
	if err != nil || token.Value == "" || asked != 2 {
		t.Errorf("got %v after %d calls", err, asked)
	}
}
