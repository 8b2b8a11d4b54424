package playground_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

type view struct {
	Users, Bindings, Sessions []map[string]any
	More                      map[string]int
}

func (w *world) view() view {
	w.Helper()
	var v view
	if err := json.Unmarshal([]byte(w.get("/playground/store").text), &v); err != nil {
		w.Fatal(err)
	}
	return v
}

// The view has what the page shows of a user, a binding and a session, and the phone number masked.
func TestView(t *testing.T) {
	w := newWorld(t)
	w.bind()
	w.get("/mobileApi/user/checkBind?code=alice-2", "X-Phone-Device", "iPhone")
	w.get("/mobileApi/user/checkBind?code=zoe-1")
	v := w.view()
	if len(v.Users) != 1 || len(v.Bindings) != 1 || len(v.Sessions) != 2 {
		t.Fatalf("%v", v)
	}
	u, b, s := v.Users[0], v.Bindings[0], v.Sessions[0]
	if u["id"] != w.demo || u["username"] != "demo" || u["name"] != "Demo" || u["phone"] != "+86138****8000" || u["disabled"] != false ||
		fmt.Sprint(u["apps"]) != "["+appID+"]" || u["sessions"] != 2.0 || u["createdAt"].(float64) < 1e12 {
		t.Errorf("the user: %v", u)
	}
	if b["appId"] != appID || b["openId"] != wechattest.OpenID(appID, "alice") || b["userId"] != w.demo || b["person"] != "alice" ||
		b["boundAt"].(float64) < 1e12 || b["lastLoginAt"].(float64) < b["boundAt"].(float64) {
		t.Errorf("the binding: %v", b)
	}
	if s["userId"] != w.demo || s["appId"] != appID || s["device"] != "iPhone" || s["ended"] != nil || s["end"].(float64) <= s["createdAt"].(float64) {
		t.Errorf("the newest session: %v", s)
	}
	w.post("/playground/act", `{"do":"logoutAll","userId":"`+w.demo+`"}`)
	v = w.view()
	if v.Sessions[0]["ended"] != "session_revoked" || v.Users[0]["sessions"] != 0.0 {
		t.Errorf("after logoutAll: %v", v)
	}
}

// Of each there are at most 20, the newest first, and the number of the others. A user who is bound is there however old.
func TestViewIsBounded(t *testing.T) {
	w := newWorld(t)
	w.bind()
	for i := range 25 {
		if _, err := w.admin.Add(t.Context(), admin.NewUser{Username: fmt.Sprintf("u%d", i), Password: password}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 12 {
		w.get(fmt.Sprintf("/mobileApi/user/checkBind?code=alice-%d", i+2))
	}
	for i := range 25 {
		w.post("/mobileApi/user/register", fmt.Sprintf(`{"code":"new%d-1"}`, i))
	}
	v := w.view()
	if len(v.Users) != 20 || len(v.Bindings) != 20 || len(v.Sessions) != 20 {
		t.Fatalf("%d users, %d bindings, %d sessions", len(v.Users), len(v.Bindings), len(v.Sessions))
	}
	if v.More["users"] != 31 || v.More["bindings"] != 6 || v.More["sessions"] < 16 {
		t.Errorf("more: %v", v.More)
	}
	for name, list := range map[string][]map[string]any{"createdAt": v.Users, "boundAt": v.Bindings} {
		for i := range list[1:] {
			if list[i][name].(float64) < list[i+1][name].(float64) {
				t.Errorf("%s: %v before %v", name, list[i], list[i+1])
			}
		}
	}
	if v.Bindings[0]["person"] != "new24" {
		t.Errorf("the newest binding is %v", v.Bindings[0])
	}
}

// Whoever changes the view, a stream says so, and a request that changes nothing there does not.
func TestStreamTellsOfChanges(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	s.next("store") // at the beginning
	s.next("store") // the first look
	w.bind()
	s.next("store")
	if v := w.view(); len(v.Bindings) != 1 {
		t.Errorf("after the change: %v", v)
	}
	other, err := sqlitestore.Open(t.Context(), w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	byCommand := *w.admin
	byCommand.Store = other
	if err := byCommand.Disable(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	s.next("store")
	if v := w.view(); v.Users[0]["disabled"] != true {
		t.Errorf("after the command: %v", v)
	}
}
