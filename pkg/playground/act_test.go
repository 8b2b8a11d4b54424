package playground_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Each act does what the command of the same meaning does, leaves its audit line, and is a step.
func TestActs(t *testing.T) {
	for _, c := range []struct {
		do, event string
		// then is what the token's next visit says, and login the next login.
		then, login string
	}{
		{"disable", "user_disable", "user_disabled", `"error":"user_disabled"`},
		{"logoutAll", "logout_all", "session_revoked", `"code":1,`},
		{"revokeSession", "session_revoke", "session_revoked", `"code":1,`},
		{"unbind", "unbind", "binding_removed", `"code":301,`},
		{"deleteUser", "account_delete", "session_", `"code":301,`},
	} {
		t.Run(c.do, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token := w.bind()
			s := w.stream()
			s.until("answer")
			session, _ := w.view().Sessions[0]["id"].(string)
			a := w.post("/playground/act", fmt.Sprintf(`{"do":%q,"userId":%q,"sessionId":%q,"appId":%q}`, c.do, w.demo, session, appID))
			if a.StatusCode != 200 || a.text != "{}\n" {
				t.Fatalf("%d %s", a.StatusCode, a.text)
			}
			at := s.until("act")[0]
			if !at.OK || at.Detail["do"] != c.do || at.Detail["who"] != "demo" || at.Detail["userId"] != w.demo {
				t.Errorf("the step is %s", at.text)
			}
			if visit := w.get("/mobileApi/user/info", "X-Token", token); visit.StatusCode != 401 || !strings.Contains(visit.text, `"error":"`+c.then) {
				t.Errorf("the next visit: %d %s", visit.StatusCode, visit.text)
			}
			if login := w.get("/mobileApi/user/checkBind?code=alice-2"); !strings.Contains(login.text, c.login) {
				t.Errorf("the next login: %s", login.text)
			}
			var line string
			for text := range strings.Lines(w.log.String()) {
				if strings.Contains(text, `"msg":"audit"`) {
					line += text
				}
			}
			for _, want := range []string{`"event":"` + c.event, `"userId":"` + w.demo + `"`, `"by":"tester"`} {
				if !strings.Contains(line, want) || strings.Count(line, "\n") != 1 {
					t.Errorf("the audit says %s, want %s", line, want)
				}
			}
		})
	}
}

// Somebody who is let in again logs in.
func TestEnable(t *testing.T) {
	w := newWorld(t)
	w.bind()
	for _, c := range [][2]string{{"disable", `"error":"user_disabled"`}, {"enable", `"code":1,`}} {
		w.post("/playground/act", `{"do":"`+c[0]+`","userId":"`+w.demo+`"}`)
		if a := w.get("/mobileApi/user/checkBind?code=alice-" + fmt.Sprint(len(c[0]))); !strings.Contains(a.text, c[1]) {
			t.Errorf("after %s: %s", c[0], a.text)
		}
	}
}

// What is no act does nothing.
func TestWhatIsNoAct(t *testing.T) {
	w := newWorld(t)
	w.bind()
	good := `{"do":"disable","userId":"` + w.demo + `"}`
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		error                   string
	}{
		{"no type", "", good, 415, "content_type_unsupported"},
		{"a form's type", "application/x-www-form-urlencoded", good, 415, "content_type_unsupported"},
		{"text, as a page elsewhere may send", "text/plain", good, 415, "content_type_unsupported"},
		{"JSON among others", "text/plain, application/json", good, 415, "content_type_unsupported"},
		{"another charset", "application/json; charset=gbk", good, 415, "content_type_unsupported"},
		{"nothing", "application/json", "", 400, "act_invalid"},
		{"null", "application/json", "null", 400, "act_invalid"},
		{"a list", "application/json", "[" + good + "]", 400, "act_invalid"},
		{"half", "application/json", good[:20], 400, "act_invalid"},
		{"two", "application/json", good + good, 400, "act_invalid"},
		{"an unknown field", "application/json", `{"do":"disable","userId":"` + w.demo + `","all":true}`, 400, "act_invalid"},
		{"a number", "application/json", `{"do":"disable","userId":1}`, 400, "act_invalid"},
		{"an unknown act", "application/json", `{"do":"promote","userId":"` + w.demo + `"}`, 400, "act_invalid"},
		{"no act", "application/json", `{"userId":"` + w.demo + `"}`, 400, "act_invalid"},
		{"nobody", "application/json", `{"do":"disable"}`, 400, "act_invalid"},
		{"a long id", "application/json", `{"do":"disable","userId":"` + strings.Repeat("x", 257) + `"}`, 400, "act_invalid"},
		{"no session", "application/json", `{"do":"revokeSession","userId":"` + w.demo + `"}`, 400, "act_invalid"},
		{"no app", "application/json", `{"do":"unbind","userId":"` + w.demo + `"}`, 400, "act_invalid"},
		{"large", "application/json", good + strings.Repeat(" ", 4096), 413, "body_too_large"},
		{"a stranger", "application/json", `{"do":"disable","userId":"nobody"}`, 404, "user_not_found"},
		{"a username", "application/json", `{"do":"disable","userId":"demo"}`, 404, "user_not_found"},
		{"another session", "application/json", `{"do":"revokeSession","userId":"` + w.demo + `","sessionId":"x"}`, 404, "session_not_found"},
		{"another app", "application/json", `{"do":"unbind","userId":"` + w.demo + `","appId":"wxother"}`, 404, "binding_not_found"},
	} {
		a := w.send(http.MethodPost, "/playground/act", c.body, "Content-Type", c.contentType)
		if said := a.json(t); a.StatusCode != c.status || said["error"] != c.error || said["msg"] == "" {
			t.Errorf("%s: %d %s, want %d %s", c.name, a.StatusCode, a.text, c.status, c.error)
		}
	}
	if a := w.get("/mobileApi/user/checkBind?code=alice-2"); !strings.Contains(a.text, `"code":1,`) {
		t.Errorf("something was done: %s", a.text)
	}
	if strings.Contains(w.log.String(), `"msg":"audit"`) {
		t.Errorf("something was audited: %s", w.log)
	}
}
