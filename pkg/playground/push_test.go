package playground_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// register has alice register by her phone number, and returns the token and her id.
func (w *world) register() (token, userID string) {
	w.Helper()
	a := w.post("/mobileApi/user/bindPhone", `{"code":"alice-1","phoneCode":"phone-alice-1"}`).json(w.T)
	token, _ = a["token"].(string)
	user, _ := a["userInfo"].(map[string]any)
	if userID, _ = user["id"].(string); token == "" || userID == "" {
		w.Fatalf("bindPhone: %v", a)
	}
	return token, userID
}

func (w *world) tell(what string) answer {
	w.Helper()
	return w.post("/playground/push", `{"tell":"`+what+`","person":"alice","appId":"`+appID+`"}`)
}

// Each telling is a push over HTTP to the API's own route, which does with it what it does with WeChat's. Its steps are one flow,
// and name no openid.
func TestTellings(t *testing.T) {
	for _, c := range []struct {
		tell, event, outcome string
		// then checks what has become of alice, who has registered, and has given a number and a name.
		then func(t *testing.T, w *world, token string)
	}{
		{"closed", "user_authorization_cancellation", "push_done", func(t *testing.T, w *world, token string) {
			if a := w.get("/mobileApi/user/info", "X-Token", token); a.StatusCode != 401 {
				t.Errorf("her next visit: %d %s", a.StatusCode, a.text)
			}
			if v := w.view(); len(v.Users) != 1 || len(v.Bindings) != 0 {
				t.Errorf("the store has %v", v)
			}
		}},
		{"phone", "user_authorization_revoke", "push_done", func(t *testing.T, w *world, token string) {
			a := w.get("/mobileApi/user/info", "X-Token", token)
			if a.StatusCode != 200 || strings.Contains(a.text, "139") || !strings.Contains(a.text, "爱丽丝") {
				t.Errorf("her next visit: %d %s", a.StatusCode, a.text)
			}
		}},
		{"profile", "user_authorization_revoke", "push_done", func(t *testing.T, w *world, token string) {
			a := w.get("/mobileApi/user/info", "X-Token", token)
			if a.StatusCode != 200 || strings.Contains(a.text, "爱丽丝") || !strings.Contains(a.text, "139") {
				t.Errorf("her next visit: %d %s", a.StatusCode, a.text)
			}
		}},
	} {
		t.Run(c.tell, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token, id := w.register()
			name := "爱丽丝"
			if err := w.store.ChangeUser(t.Context(), id, login.UserChange{Name: &name, Given: login.Given{AppID: appID, At: time.Now()}}); err != nil {
				t.Fatal(err)
			}
			s := w.stream()
			s.until("answer")
			if a := w.tell(c.tell); a.StatusCode != 200 || a.text != "{}\n" {
				t.Fatalf("%d %s", a.StatusCode, a.text)
			}
			all := s.until("answer")
			if got := kinds(all); !slices.Equal(got, []string{"wechat", "request", "store", "answer"}) {
				t.Fatalf("the steps are %v", got)
			}
			openID := wechattest.OpenID(appID, "alice")
			for _, at := range all {
				if !at.OK || at.Flow != all[0].Flow || at.Flow == "" || strings.Contains(at.text, openID) || strings.Contains(at.text, "MARK") {
					t.Errorf("a step is %s", at.text)
				}
			}
			if told := all[0]; told.Title != "push "+c.event+" → alice" || told.Detail["push"] != c.event || told.Detail["person"] != "alice" || told.Detail["appId"] != appID {
				t.Errorf("it tells %s", told.text)
			}
			if all[1].Title != "POST /wechat/events/"+appID || all[2].Title != "push → "+c.outcome {
				t.Errorf("then %s, %s", all[1].Title, all[2].Title)
			}
			c.then(t, w, token)
		})
	}
}

// What cannot be pushed, or is not taken, is said, and is a step that failed.
func TestPushesThatAreNotTaken(t *testing.T) {
	w := newWorld(t)
	token, _ := w.register()
	s := w.stream()
	s.until("answer")
	app := func(id string) string { return `{"tell":"closed","person":"alice","appId":"` + id + `"}` }
	own := w.pusher
	for _, c := range []struct {
		name   string
		pusher wechattest.Pusher
		body   string
		status int
		error  string
	}{
		{"another mini-program", own, app("wxother"), 400, "app_id_unknown"},
		{"no settings", wechattest.Pusher{}, app(appID), 403, "push_off"},
	} {
		w.pusher = c.pusher
		a := w.post("/playground/push", c.body)
		if said := a.json(t); a.StatusCode != c.status || said["error"] != c.error || said["msg"] == "" {
			t.Errorf("%s: %d %s", c.name, a.StatusCode, a.text)
		}
		if at := s.step(); at.Kind != "wechat" || at.OK || at.Detail["error"] != c.error {
			t.Errorf("%s: the step is %s", c.name, at.text)
		}
	}
	w.pusher = own
	w.pusher.Token = "another"
	if a := w.tell("closed"); a.StatusCode != 502 || a.json(t)["error"] != "push_refused" {
		t.Errorf("another Token: %d %s", a.StatusCode, a.text)
	}
	for range 3 { // WeChat repeats
		all := s.until("answer")
		if at := all[len(all)-1]; at.OK || !strings.HasPrefix(at.Title, "403") {
			t.Errorf("another Token: %s", at.text)
		}
	}
	if a := w.get("/mobileApi/user/info", "X-Token", token); a.StatusCode != 200 {
		t.Errorf("something was done: %s", a.text)
	}
}

// What WeChat cannot tell does nothing.
func TestWhatIsNoTelling(t *testing.T) {
	w := newWorld(t)
	token, _ := w.register()
	good := `{"tell":"closed","person":"alice","appId":"` + appID + `"}`
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		error                   string
	}{
		{"text, as a page elsewhere may send", "text/plain", good, 415, "content_type_unsupported"},
		{"another charset", "application/json; charset=gbk", good, 415, "content_type_unsupported"},
		{"nothing", "application/json", "", 400, "push_invalid"},
		{"a list", "application/json", "[" + good + "]", 400, "push_invalid"},
		{"two", "application/json", good + good, 400, "push_invalid"},
		{"an unknown field", "application/json", `{"event":"x",` + good[1:], 400, "push_invalid"},
		{"a number", "application/json", `{"tell":1,"person":"alice","appId":"` + appID + `"}`, 400, "push_invalid"},
		{"another telling", "application/json", `{"tell":"user_authorization_cancellation","person":"alice","appId":"` + appID + `"}`, 400, "push_invalid"},
		{"no telling", "application/json", `{"person":"alice","appId":"` + appID + `"}`, 400, "push_invalid"},
		{"nobody", "application/json", `{"tell":"closed","appId":"` + appID + `"}`, 400, "push_invalid"},
		{"no name", "application/json", `{"tell":"closed","person":"al ice","appId":"` + appID + `"}`, 400, "push_invalid"},
		{"a long name", "application/json", `{"tell":"closed","person":"` + strings.Repeat("a", 25) + `","appId":"` + appID + `"}`, 400, "push_invalid"},
		{"no mini-program", "application/json", `{"tell":"closed","person":"alice"}`, 400, "push_invalid"},
		{"large", "application/json", good + strings.Repeat(" ", 4096), 413, "body_too_large"},
	} {
		a := w.send(http.MethodPost, "/playground/push", c.body, "Content-Type", c.contentType)
		if said := a.json(t); a.StatusCode != c.status || said["error"] != c.error || said["msg"] == "" {
			t.Errorf("%s: %d %s, want %d %s", c.name, a.StatusCode, a.text, c.status, c.error)
		}
	}
	if a := w.get("/mobileApi/user/info", "X-Token", token); a.StatusCode != 200 {
		t.Errorf("something was done: %s", a.text)
	}
	if strings.Contains(w.log.String(), `"route":"push"`) {
		t.Errorf("something was pushed: %s", w.log)
	}
}
