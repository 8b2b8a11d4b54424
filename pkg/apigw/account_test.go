package apigw_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestUnbind(t *testing.T) {
	w := newWorld(t)
	first, second := w.login("alice"), w.loginIn(secondAppID, "alice", "demo")
	same := w.login("alice")
	// One of two bindings can be removed without force. Its sessions end with it.
	first.ask(apigw.Unbind, post("", "")).done(t, "解绑成功")
	first.denied(login.BindingRemoved)
	same.denied(login.BindingRemoved)
	second.admitted()
	// The last one cannot.
	second.ask(apigw.Unbind, post("", "")).refused(t, login.LastBinding)
	second.ask(apigw.Unbind, post("application/json", `{"force":false,"code":"x-1"}`)).refused(t, login.LastBinding)
	second.admitted()
	force := func(code string) answer {
		return second.ask(apigw.Unbind, post("application/json", fmt.Sprintf(`{"force":true,"code":%q}`, code)))
	}
	force("").refused(t, login.ReauthRequired)
	force(w.code("bob")).refused(t, login.ReauthRequired)
	force("err40029-x").refused(t, login.ReauthRequired)
	second.admitted()
	force(w.code("alice")).done(t, "解绑成功")
	second.denied(login.BindingRemoved)
	if a := w.invoke(t.Context(), apigw.CheckBind, get("code="+w.code("alice"))); a.body["code"] != 301.0 {
		t.Errorf("afterwards: %s", a.text)
	}
}

// These routes need a fresh code of the session's identity: a stolen token is not enough.
func TestFreshCodeOfTheSessionsIdentity(t *testing.T) {
	for name, c := range map[string]struct {
		route apigw.Route
		with  func(code string) events.APIGatewayV2HTTPRequest
	}{
		"export":               {apigw.Export, func(code string) events.APIGatewayV2HTTPRequest { return get("code=" + code) }},
		"delete, in the query": {apigw.DeleteAccount, func(code string) events.APIGatewayV2HTTPRequest { return get("code=" + code) }},
		"delete, in the body": {apigw.DeleteAccount, func(code string) events.APIGatewayV2HTTPRequest {
			return post("application/json", `{"code":"`+code+`"}`)
		}},
		"delete, a body it heeds": {apigw.DeleteAccount, func(code string) events.APIGatewayV2HTTPRequest {
			return withQuery(post(form, "code="+code), "code=bob-900")
		}},
		"forced unbind": {apigw.Unbind, func(code string) events.APIGatewayV2HTTPRequest { return post(form, "force=true&code="+code) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // a used code is looked for, and a deleted account swept, for a while
			w := newWorld(t)
			used := "alice-901"
			w.invoke(t.Context(), apigw.Code2Session, post("application/json", `{"code":"`+used+`"}`))
			v := w.login("alice")
			for _, code := range []string{"", w.code("bob"), used, "err40029-x", "err40163-x"} {
				v.ask(c.route, c.with(code)).refused(t, login.ReauthRequired)
			}
			if a := v.ask(c.route, c.with("%01")); c.route.Method == "GET" && (a.status != 400 || a.body["error"] != string(login.CodeInvalid)) {
				t.Errorf("a code that is none: %d %s", a.status, a.text)
			}
			v.admitted()
			if a := v.ask(c.route, c.with(w.code("alice"))); a.status != 200 || a.body["code"] != 1.0 {
				t.Errorf("with a good code: %d %s", a.status, a.text)
			}
		})
	}
}

func TestExportGivesEverythingButSecrets(t *testing.T) {
	w := newWorld(t)
	w.login("alice").ask(apigw.Logout, post("", ""))
	v := w.login("alice")
	w.ahead = time.Second
	w.loginIn(secondAppID, "alice", "demo")
	a := v.ask(apigw.Export, get("code="+w.code("alice")))
	a.done(t, "导出成功")
	keys := func(of any) []string {
		fields, _ := of.(map[string]any)
		return slices.Sorted(maps.Keys(fields))
	}
	bindings, _ := a.body["bindings"].([]any)
	sessions, _ := a.body["sessions"].([]any)
	if len(bindings) != 2 || len(sessions) != 3 {
		t.Fatalf("got %s", a.text)
	}
	for what, c := range map[string]struct {
		of   any
		want string
	}{
		"the answer": {a.body, "bindings code msg sessions user"},
		"a user":     {a.body["user"], "avatarGivenAt avatarGivenIn createdAt disabled id name nameGivenAt nameGivenIn phone phoneGivenIn phoneVerifiedAt registeredIn roles username"},
		"a binding":  {bindings[0], "appId boundAt lastLoginAt openId unionId"},
		"a session":  {sessions[0], "absoluteEnd appId createdAt device endedReason expiresAt id seenAt"},
	} {
		if got := strings.Join(keys(c.of), " "); got != c.want {
			t.Errorf("%s has %s, want %s", what, got, c.want)
		}
	}
	first, _ := bindings[0].(map[string]any)
	if first["openId"] != wechattest.OpenID(appID, "alice") || first["unionId"] != wechattest.UnionID("alice") || first["lastLoginAt"].(float64) < 1e9 {
		t.Errorf("a binding: %v", first)
	}
	user, _ := a.body["user"].(map[string]any)
	if user["id"] != "u1" || user["username"] != "demo" {
		t.Errorf("the user: %v", user)
	}
	reasons := map[any]int{}
	for _, s := range sessions {
		reasons[s.(map[string]any)["endedReason"]]++
	}
	if reasons[""] != 2 || reasons["session_revoked"] != 1 {
		t.Errorf("why sessions ended: %v", reasons)
	}
	noMark(t, "the export", a.text)
	if strings.Contains(a.text, v.token) {
		t.Error("the token is in the export")
	}
}

func TestDeletedAccountIsGone(t *testing.T) {
	w := newWorld(t)
	v, other := w.login("alice"), w.login("alice")
	v.ask(apigw.DeleteAccount, post("application/json", `{"code":"`+w.code("alice")+`"}`)).done(t, "账号已注销")
	v.denied(login.SessionInvalid)
	other.denied(login.SessionInvalid)
	if _, err := w.store.UserByID(t.Context(), "u1"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("the user: %v", err)
	}
	if a := w.invoke(t.Context(), apigw.CheckBind, get("code="+w.code("alice"))); a.body["code"] != 301.0 {
		t.Errorf("afterwards: %s", a.text)
	}
}
