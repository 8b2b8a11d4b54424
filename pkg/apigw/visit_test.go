package apigw_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// vanishing is a store whose bindings somebody else removes just before.
type vanishing struct{ login.Store }

func (v vanishing) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	if err := v.Store.Unbind(ctx, b, false); err != nil {
		return err
	}
	return v.Store.Unbind(ctx, b, keepLast)
}

func TestTokenIsTakenFromEitherHeader(t *testing.T) {
	w := newWorld(t)
	token := w.login("alice").token
	for name, headers := range map[string]map[string]string{
		"Authorization":                {"authorization": "Bearer " + token},
		"as tools write it":            {"Authorization": "bearer " + token},
		"X-Token":                      {"x-token": token},
		"X-Token beside basic":         {"X-Token": token, "authorization": "Basic b3JkZXJzOng="},
		"Authorization beside another": {"authorization": "BEARER " + token, "x-token": "x"},
	} {
		if a := w.invoke(t.Context(), apigw.UserInfo, withHeaders(get(""), headers)); a.status != 200 {
			t.Errorf("%s: got %d %s", name, a.status, a.text)
		}
		if a := w.authorize(headers); !a.IsAuthorized {
			t.Errorf("%s: the authorizer denies it", name)
		}
	}
}

func TestUserInfo(t *testing.T) {
	w := newWorld(t)
	menus := []login.Menu{{ID: "home", Name: "首页", Path: "/pages/index/index"}}
	if err := w.store.PutRole(t.Context(), login.Role{Name: "staff", Menus: menus}); err != nil {
		t.Fatal(err)
	}
	if err := w.store.AddUser(t.Context(), login.User{
		ID: "u2", Username: "staff", Name: "Staff", Roles: []string{"staff"}, Apps: map[string]login.UserApp{},
	}, login.NewPassword(password)); err != nil {
		t.Fatal(err)
	}
	v := w.loginIn(appID, "bob", "staff")
	a := v.ask(apigw.UserInfo, get(""))
	a.done(t, "获取成功")
	user, _ := a.body["userInfo"].(map[string]any)
	list, _ := a.body["menuList"].([]any)
	roles, _ := user["roles"].([]any)
	if user["id"] != "u2" || user["username"] != "staff" || user["name"] != "Staff" || len(roles) != 1 || len(list) != 1 {
		t.Errorf("got %s", a.text)
	}
	if expires, _ := a.body["expiresAt"].(float64); int64(expires) != v.session().IdleEnd.Unix() {
		t.Errorf("it expires at %v, want %v", expires, v.session().IdleEnd.Unix())
	}
	// A visit moves the end.
	w.ahead = 3 * 24 * time.Hour
	later := v.ask(apigw.UserInfo, get(""))
	if later.body["expiresAt"].(float64) < a.body["expiresAt"].(float64)+2*24*3600 {
		t.Errorf("after three days it expires at %v, before at %v", later.body["expiresAt"], a.body["expiresAt"])
	}
	if in := v.ask(apigw.UserInfo, get("lang=en")); in.body["msg"] != "OK." {
		t.Errorf("in English: %s", in.text)
	}
}

func TestLogout(t *testing.T) {
	w := newWorld(t)
	here, there := w.login("alice"), w.login("alice")
	here.ask(apigw.Logout, post("", "")).done(t, "已退出登录")
	here.denied(login.SessionRevoked)
	there.admitted()
	back := w.login("alice")
	there.ask(apigw.Logout, post("application/json", `{"all":true}`)).done(t, "已退出登录")
	there.denied(login.SessionRevoked)
	back.denied(login.SessionRevoked)
	w.ahead = time.Second
	w.login("alice").admitted()
}

func TestBooleanFields(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		want              login.Code // "" for one that is served
		all               bool
	}{
		"true":                   {"application/json", `{"all":true}`, "", true},
		"false":                  {"application/json", `{"all":false}`, "", false},
		"null":                   {"application/json", `{"all":null}`, "", false},
		"absent":                 {"application/json", `{}`, "", false},
		"no body":                {"", "", "", false},
		"true in a form":         {form, "all=true", "", true},
		"false in a form":        {form, "all=false", "", false},
		"a string":               {"application/json", `{"all":"true"}`, login.FieldWrongType, false},
		"a number":               {"application/json", `{"all":1}`, login.FieldWrongType, false},
		"an object":              {"application/json", `{"all":{"all":true}}`, login.FieldWrongType, false},
		"a word in a form":       {form, "all=yes", login.FieldWrongType, false},
		"nothing in a form":      {form, "all=", "", false},
		"an empty string":        {"application/json", `{"all":""}`, "", false},
		"undefined in a form":    {form, "all=undefined", "", false},
		"null in a string":       {"application/json", `{"all":"null"}`, "", false},
		"NaN in a form":          {form, "all=NaN", "", false},
		"an object in a form":    {form, "all=[object Object]", login.FieldWrongType, false},
		"twice":                  {"application/json", `{"all":true,"all":false}`, login.ParameterRepeated, false},
		"twice in a form":        {form, "all=true&all=false", login.ParameterRepeated, false},
		"twice alike in a form":  {form, "all=true&all=true", login.ParameterRepeated, false},
		"another route's fields": {"application/json", `{"force":"x","token":7,"code":0,"username":{},"openId":1,"openId":2}`, "", false},
		"those in a form":        {form, "code=1&code=2&username=%zz&password=a;b&all=true", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			here, there := w.login("alice"), w.login("alice")
			a := here.ask(apigw.Logout, post(c.contentType, c.body))
			if c.want != "" {
				if a.status != 400 || a.body["error"] != string(c.want) {
					t.Errorf("got %d %s, want %s", a.status, a.text, c.want)
				}
				here.admitted()
				return
			}
			a.done(t, "已退出登录")
			if c.all {
				there.denied(login.SessionRevoked)
			} else {
				there.admitted()
			}
		})
	}
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	w := newWorld(t)
	older := w.login("alice")
	w.ahead = time.Second
	iPhone := withHeaders(get("code="+w.code("alice")), map[string]string{"user-agent": "(iPhone; CPU) MicroMessenger/8"})
	token, _ := w.invoke(t.Context(), apigw.CheckBind, iPhone).body["token"].(string)
	newer := &visitor{world: w, token: token}

	a := older.ask(apigw.Sessions, get(""))
	a.done(t, "获取成功")
	list, _ := a.body["sessions"].([]any)
	if len(list) != 2 {
		t.Fatalf("got %s", a.text)
	}
	first, second := list[0].(map[string]any), list[1].(map[string]any)
	want := []string{"appId", "createdAt", "current", "device", "id", "seenAt"}
	if got := slices.Sorted(maps.Keys(first)); !slices.Equal(got, want) {
		t.Errorf("a session has %v, want %v", got, want)
	}
	if first["device"] != "iPhone" || first["current"] != false || first["id"] != newer.session().ID() || first["appId"] != appID {
		t.Errorf("the newest first: %v", first)
	}
	if second["current"] != true || second["createdAt"].(float64) != float64(older.session().CreatedAt.Unix()) {
		t.Errorf("this one: %v", second)
	}

	id, _ := first["id"].(string)
	for range 2 { // so that it can be repeated
		older.ask(apigw.RevokeSession, withID(id)).done(t, "已下线该设备")
	}
	newer.denied(login.SessionRevoked)
	if list, _ := older.ask(apigw.Sessions, get("")).body["sessions"].([]any); len(list) != 1 {
		t.Errorf("afterwards: %v", list)
	}
	older.ask(apigw.RevokeSession, withID(older.session().ID())).done(t, "已下线该设备")
	older.denied(login.SessionRevoked)
}

// Nobody can find out by guessing ids which sessions other users have.
func TestSessionsOfOthersAreNotFound(t *testing.T) {
	w := newWorld(t)
	if err := w.store.AddUser(t.Context(), login.User{ID: "u2", Username: "bob", Apps: map[string]login.UserApp{}}, login.NewPassword(password)); err != nil {
		t.Fatal(err)
	}
	alice, bob := w.login("alice"), w.loginIn(appID, "bob", "bob")
	for name, id := range map[string]string{
		"somebody else's": bob.session().ID(), "nobody's": login.NewToken("u1").Hash(), "none": "", "a path": "../u2/x",
		"a token": bob.token, "a separator": "u2#" + bob.session().ID(), "odd bytes": "\x00\xff", "long": string(make([]byte, 9<<10)),
	} {
		a := alice.ask(apigw.RevokeSession, withID(id))
		if a.refused(t, login.NoSuchSession); t.Failed() {
			t.Fatal(name)
		}
	}
	bob.admitted()
}

// One function serves two routes, and tells them apart by the routeKey.
func TestFunctionOfTwoRoutes(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	bearer := map[string]string{"authorization": "Bearer " + v.token}
	call := func(routeKey string) answer {
		e := withHeaders(withID(v.session().ID()), bearer)
		e.RouteKey = routeKey
		return w.invokeOf(t.Context(), e, apigw.Sessions, apigw.RevokeSession)
	}
	for _, routeKey := range []string{"", "$default", "GET /mobileApi/user/sessions/{id}", "get /mobileApi/user/sessions"} {
		if a := call(routeKey); a.status != 400 || a.body["error"] != string(login.EventMalformed) {
			t.Errorf("%q: got %d %s", routeKey, a.status, a.text)
		}
	}
	if line := w.lastLine(); line["route"] != "sessions" {
		t.Errorf("the log says %v", line)
	}
	if a := call("GET /mobileApi/user/sessions"); a.body["sessions"] == nil {
		t.Errorf("the list: %s", a.text)
	}
	call("DELETE /mobileApi/user/sessions/{id}").done(t, "已下线该设备")
}

// A launch that shows its old token, in either header, replaces that session, and no other.
func TestLaunchReplacesTheSessionItShows(t *testing.T) {
	for _, headers := range []string{"authorization", "x-token"} {
		t.Run(headers, func(t *testing.T) {
			w := newWorld(t)
			shown, other := w.login("alice"), w.login("alice")
			value := shown.token
			if headers == "authorization" {
				value = "Bearer " + value
			}
			a := w.invoke(t.Context(), apigw.CheckBind, withHeaders(get("code="+w.code("alice")), map[string]string{headers: value}))
			fresh, _ := a.body["token"].(string)
			for token, want := range map[string]any{shown.token: "session_replaced", other.token: nil, fresh: nil} {
				a := w.invoke(t.Context(), apigw.UserInfo, withHeaders(get(""), map[string]string{"x-token": token}))
				if a.body["error"] != want {
					t.Errorf("got %s, want the error %v", a.text, want)
				}
			}
		})
	}
}

// Whose one phone made all ten newer logins is not told of other devices.
func TestReplacedOnOneDevice(t *testing.T) {
	w := newWorld(t)
	first := w.login("alice")
	for range login.MaxSessions {
		w.ahead += time.Second
		w.login("alice")
	}
	for query, want := range map[string]string{
		"":        "本次登录已被新的登录取代，请重新登录",
		"lang=en": "Newer logins have taken the place of this one; please log in again.",
	} {
		if a := first.ask(apigw.UserInfo, get(query)); a.status != 401 || a.body["msg"] != want {
			t.Errorf("got %d %s, want %q", a.status, a.text, want)
		}
	}
}
