package apigw_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// tap sends a tap of a person on the button for the phone number.
func (w *world) tap(person, phoneCode string) answer {
	w.Helper()
	return w.invoke(w.Context(), apigw.BindPhone, post("application/json",
		fmt.Sprintf(`{"appId":%q,"code":%q,"phoneCode":%q}`, openAppID, w.code(person), phoneCode)))
}

// tapped is a visitor who has become a user by a tap.
func (w *world) tapped(person string) *visitor {
	w.Helper()
	a := w.tap(person, "phone-"+person+"-1")
	token, _ := a.body["token"].(string)
	if token == "" {
		w.Fatalf("%s cannot log in: %s", person, a.text)
	}
	return &visitor{world: w, token: token, person: person, app: openAppID}
}

func phoneIn(of any) any {
	fields, _ := of.(map[string]any)
	return fields["phone"]
}

func TestOneTap(t *testing.T) {
	w := newWorld(t)
	number := wechattest.PhoneNumber("alice")
	masked := number[:6] + "****" + number[10:]
	first := w.tap("alice", "phone-alice-1")
	if first.body["code"] != 1.0 || first.body["created"] != true || phoneIn(first.body["userInfo"]) != masked {
		t.Fatalf("the first tap: %s", first.text)
	}
	line := w.lastLine()
	if want := []any{"register", "bind"}; line["route"] != "bindphone" || line["outcome"] != "login" || !reflect.DeepEqual(line["events"], want) {
		t.Errorf("the log says %v", line)
	}
	logged, _ := line["phone"].(string)
	if !strings.HasSuffix(logged, ":"+number[len(number)-2:]) || len(logged) != 19 {
		t.Errorf("the log says %q of the number", logged)
	}
	second := w.tap("alice", "phone-alice-2")
	if second.body["code"] != 1.0 || second.body["created"] != nil || w.wechat.PhoneCalls() != 1 {
		t.Errorf("the second tap: %s, %d phone codes are paid for", second.text, w.wechat.PhoneCalls())
	}
	if strings.Contains(w.log.String(), number[1:]) {
		t.Error("the number is in the log")
	}
}

// What the page needs to draw stands in the answer for somebody who is not bound.
func TestWays(t *testing.T) {
	for app, want := range map[string][]any{appID: {"password"}, openAppID: {"password", "phone", "register"}} {
		w := newWorld(t)
		a := w.invoke(t.Context(), apigw.CheckBind, get("appId="+app+"&code="+w.code("alice")))
		if a.body["code"] != 301.0 || !reflect.DeepEqual(a.body["ways"], want) {
			t.Errorf("%s: got %s, want %v", app, a.text, want)
		}
	}
}

// The number is the person's. Services learn who the user is, and the person's own export has the whole number.
func TestPhoneIsForThePersonOnly(t *testing.T) {
	w := newWorld(t)
	v := w.tapped("alice")
	number := wechattest.PhoneNumber("alice")
	shown := v.ask(apigw.UserInfo, get(""))
	if masked, _ := phoneIn(shown.body["userInfo"]).(string); len(masked) != len(number) || masked == number {
		t.Errorf("the person sees %s", shown.text)
	}
	if a := v.ask(apigw.Export, get("code="+w.code("alice"))); phoneIn(a.body["user"]) != number {
		t.Errorf("the export: %s", a.text)
	}
	for who, text := range map[string]string{
		"introspection":  w.invoke(t.Context(), apigw.Introspect, introspection(v.token)).text,
		"the authorizer": asJSON(t, w.authorize(map[string]string{"authorization": "Bearer " + v.token})),
	} {
		if strings.Contains(text, "phone") || strings.Contains(text, "****") || strings.Contains(text, number[len(number)-4:]) {
			t.Errorf("%s tells %s", who, text)
		}
	}
}

func TestSetPhone(t *testing.T) {
	w := newWorld(t)
	v := w.loginIn(openAppID, "alice", "demo")
	set := func(code, phoneCode string) answer {
		return v.ask(apigw.Phone, post("application/json", fmt.Sprintf(`{"code":%q,"phoneCode":%q}`, code, phoneCode)))
	}
	a := set(w.code("alice"), "phone-13800138000-1")
	a.done(t, "手机号已更新")
	line := w.lastLine()
	if a.body["phone"] != "+86138****8000" || line["outcome"] != "phone" || line["event"] != "phone_set" || line["phone"] == nil {
		t.Errorf("got %s, and the log says %v", a.text, line)
	}
	if a := set("", "phone-13800138000-2"); a.body["error"] != string(login.ReauthRequired) {
		t.Errorf("without a code: %s", a.text)
	}
	if a := set(w.code("bob"), "phone-13800138000-2"); a.body["error"] != string(login.ReauthRequired) {
		t.Errorf("with a code of another: %s", a.text)
	}
	w.tapped("bob")
	if a := set(w.code("alice"), "phone-+"+wechattest.PhoneNumber("bob")[1:]+"-1"); a.body["error"] != string(login.PhoneTaken) {
		t.Errorf("the number of another: %s", a.text)
	}
}

func TestLinksAreAudited(t *testing.T) {
	w := newWorld(t)
	w.loginIn(secondAppID, "alice", "demo")
	a := w.invoke(t.Context(), apigw.CheckBind, get("appId="+openAppID+"&code="+w.code("alice")))
	if want := []any{"bind", "link"}; a.body["linked"] != true || !reflect.DeepEqual(w.lastLine()["events"], want) {
		t.Errorf("%s is logged as %v", a.text, w.lastLine())
	}
	// Bob is one user there, and registers here as another, with another WeChat that turns out to be his own.
	if err := w.store.AddUser(t.Context(), login.User{ID: "u2", Username: "other", Apps: map[string]login.UserApp{}}, login.NewPassword(password)); err != nil {
		t.Fatal(err)
	}
	w.invoke(t.Context(), apigw.Bind, post("application/json", fmt.Sprintf(`{"appId":%q,"code":%q,"username":"other","password":%q}`, appID, w.code("alice"), password)))
	if want := []any{"bind", "union_conflict"}; !reflect.DeepEqual(w.lastLine()["events"], want) {
		t.Errorf("two users with one unionid are logged as %v", w.lastLine())
	}
}
