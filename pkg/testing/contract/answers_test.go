package contract_test

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// Every event of events/ is answered as its case says, and as openapi.yaml says.
func TestEvents(t *testing.T) {
	v := theValidators(t)
	for _, c := range events.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w := newMemoryWorld(t)
			payload := w.prepare(t, c)
			if c.Function() == events.Authorizer {
				checkAuthorizer(t, w, c, payload)
				return
			}
			route, calls, numbers := routeFor(t, c, payload), w.wechat.Calls(), w.wechat.PhoneCalls()
			answer := w.answerTo(t, route, payload)
			text, body := bodyOf(t, answer)
			if answer.StatusCode != c.Status || body.Code != c.Code || body.Error != c.Error || !holds(t, text, c.Holds) {
				t.Errorf("status %d: %s\nwant status %d, code %d, error %q, %v", answer.StatusCode, text, c.Status, c.Code, c.Error, c.Holds)
			}
			checkOutcome(t, route, w.outcome, body.Error)
			if calls = w.wechat.Calls() - calls; calls != c.WeChat {
				t.Errorf("%d codes sent to WeChat, want %d", calls, c.WeChat)
			}
			if numbers = w.wechat.PhoneCalls() - numbers; numbers != c.PhoneCodes {
				t.Errorf("%d phone codes sent to WeChat, want %d", numbers, c.PhoneCodes)
			}
			request := requestOf(t, route, payload)
			checkAnswer(t, v, request, answer)
			if c.Error == "" {
				if wrong := v.request(request); (wrong != "") != c.Odd {
					t.Errorf("openapi.yaml says of the request: %q; it is odd: %t", wrong, c.Odd)
				}
			}
		})
	}
}

func checkAuthorizer(t *testing.T, w *world, c events.Case, payload []byte) {
	t.Helper()
	answer, err := w.authorize(t, payload)
	if c.Error != "" {
		if err == nil || !strings.Contains(err.Error(), string(c.Error)) {
			t.Errorf("got %v and %v, want %s", answer, err, c.Error)
		}
		return
	}
	if err != nil || answer["isAuthorized"] != c.Holds["isAuthorized"] {
		t.Fatalf("got %v and %v, want %v", answer, err, c.Holds)
	}
	// A denial says nothing of anybody.
	who, _ := answer["context"].(map[string]any)
	allowed := answer["isAuthorized"] == true
	if (who["userId"] == events.UserID) != allowed || (who["appId"] == events.AppID) != allowed || (who["openIdHash"] != nil) != allowed || (who["roles"] != nil) != allowed {
		t.Errorf("the context is %v", who)
	}
}

// holds says whether an answer has these members.
func holds(t *testing.T, text string, members map[string]any) bool {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(events.InJSON([]byte(text)), &body); err != nil {
		t.Fatal(err)
	}
	for name, want := range members {
		if !reflect.DeepEqual(body[name], want) {
			return false
		}
	}
	return true
}

// Menus are nested. No event shows that, since its user has no menus.
func TestAnswerWithMenus(t *testing.T) {
	store := &storetest.Memory{}
	w := newWorld(t, store)
	leaf := login.Menu{ID: "leaf", Name: "订单", Path: "/pages/orders", Icon: "orders"}
	if err := store.PutRole(t.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "node", Children: []login.Menu{leaf}}}}); err != nil {
		t.Fatal(err)
	}
	w.addUser(t, login.User{ID: "u-clerk", Username: "clerk", Name: "Clerk", Roles: []string{"clerk"}})
	payload := bindEvent(t, `{"code":"bob-1","username":"clerk","password":"`+events.Password+`"}`)
	answer := w.answerTo(t, apigw.Bind, payload)
	if text, _ := bodyOf(t, answer); !strings.Contains(text, `"children":[{"id":"leaf"`) {
		t.Errorf("no menus: %s", text)
	}
	checkAnswer(t, theValidators(t), requestOf(t, apigw.Bind, payload), answer)
}

// checkAnswer validates one of our answers against openapi.yaml, and checks its headers.
// openapi.yaml does not require the headers, since API Gateway's own answers lack them.
func checkAnswer(t *testing.T, v validators, request *http.Request, answer *http.Response) {
	t.Helper()
	for _, name := range []string{"Cache-Control", "X-Content-Type-Options"} {
		if answer.Header.Get(name) == "" {
			t.Errorf("no header %s", name)
		}
	}
	challenged := answer.StatusCode == http.StatusUnauthorized
	if challenge := answer.Header.Get("WWW-Authenticate"); (challenge != "") != challenged {
		t.Errorf("status %d with WWW-Authenticate %q", answer.StatusCode, challenge)
	}
	text, body := bodyOf(t, answer)
	wait := answer.Header.Get("Retry-After")
	if (wait != "") != (body.Action == login.ActionRetry || body.Action == login.ActionWait) {
		t.Errorf("Retry-After is %q, and the body says %s", wait, text)
	}
	if body.RetryAfter.String() != wait {
		t.Errorf("Retry-After is %q, and the body says %s", wait, text)
	}
	if wrong := v.answer(request, answer); wrong != "" {
		t.Errorf("openapi.yaml refuses the answer: %s", wrong)
	}
}

// The validation refuses wrong answers.
func TestAnswersThatAreRefused(t *testing.T) {
	v := theValidators(t)
	const failure = `{"code":0,"msg":"m","action":"none","requestId":"","error":`
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"an error of another route":    {200, failure + `"identity_bound"}`},
		"an error of another status":   {400, failure + `"wx_code_used"}`},
		"an unknown error":             {200, failure + `"oops"}`},
		"a field that is unknown":      {200, `{"code":301,"msg":"m","openId":"o","sessionKey":"k"}`},
		"a field that is missing":      {200, `{"code":301,"msg":"m"}`},
		"a field of another type":      {200, `{"code":301,"msg":"m","openId":7}`},
		"another code":                 {200, `{"code":302,"msg":"m","openId":"o"}`},
		"a token that is none":         {200, `{"code":1,"msg":"m","token":"t","expiresAt":1,"userInfo":{"id":"","username":"","name":"","roles":[]},"menuList":[]}`},
		"null in the place of a list":  {200, `{"code":1,"msg":"m","token":"wxb_dQ.` + strings.Repeat("A", 43) + `","expiresAt":1,"userInfo":{"id":"","username":"","name":"","roles":[]},"menuList":null}`},
		"a status that is not there":   {418, failure + `"internal"}`},
		"a gateway's answer as a good": {200, `{"message":"Not Found"}`},
		"503 that tells no wait":       {503, failure + `"store_unavailable"}`},
		"429 that tells no wait":       {429, failure + `"wx_throttled"}`},
		"a wait of no time":            {503, failure + `"store_unavailable","retryAfter":0}`},
		"a wait that is no number":     {503, failure + `"store_unavailable","retryAfter":"1"}`},
		"500 that tells no wait":       {500, failure + `"internal"}`},
		"a decision that tells a wait": {200, failure + `"wx_code_used","retryAfter":1}`},
	} {
		answer := &http.Response{
			StatusCode: c.status, Body: io.NopCloser(strings.NewReader(c.body)),
			Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}},
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, apigw.CheckBind.Path+"?code=alice-1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if v.answer(request, answer) == "" {
			t.Errorf("%s is accepted", name)
		}
	}
}
