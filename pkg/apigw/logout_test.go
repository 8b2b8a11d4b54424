package apigw_test

import (
	"context"
	"errors"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// logoutless is a store that cannot end all sessions of a user.
type logoutless struct{ *storetest.Memory }

func (logoutless) LogoutUser(context.Context, string, string) error {
	return login.Unavailable(errors.New("out of order"))
}

// A client that is told "logged out" is logged out: a failure of the store is not ignored.
func TestLogoutThatFailsSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		store func(*world) login.AdminStore
		body  string
	}{
		"of this session": {func(w *world) login.AdminStore { return &breaking{w.store, "EndSession"} }, `{}`},
		"of all sessions": {func(w *world) login.AdminStore { return logoutless{w.store} }, `{"all":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			v := w.login("alice")
			whole := w.service
			w.service = w.serviceOn(w.weChatURL, c.store(w))
			a := v.ask(apigw.Logout, post("application/json", c.body))
			if a.status != 503 || a.body["error"] != string(login.StoreUnavailable) {
				t.Errorf("got %d %s", a.status, a.text)
			}
			if line := w.lastLine(); line["outcome"] != string(login.StoreUnavailable) {
				t.Errorf("the log says %v", line)
			}
			w.service = whole
			v.admitted()
			v.ask(apigw.Logout, post("application/json", c.body)).done(t, "已退出登录")
			v.denied(login.SessionRevoked)
		})
	}
}
