package contract_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// Every event of events/ is answered as it says there, and as openapi.yaml says.
func TestEvents(t *testing.T) {
	v := theValidators(t)
	for _, c := range events.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w := newMemoryWorld(t)
			for _, name := range c.After {
				before, err := events.CaseNamed(name)
				if err != nil {
					t.Fatal(err)
				}
				answer := w.play(t, routeOf(t, before.Function()), eventOf(t, before))
				if _, body := bodyOf(t, answer); answer.StatusCode != before.Status || body.Code != before.Code {
					t.Fatalf("%s, played before, gives %d and code %d", name, answer.StatusCode, body.Code)
				}
			}
			route, payload, calls := routeOf(t, c.Function()), eventOf(t, c), w.wechat.Calls()
			answer := w.play(t, route, payload)
			text, body := bodyOf(t, answer)
			if answer.StatusCode != c.Status || body.Code != c.Code || body.Error != c.Error {
				t.Errorf("status %d: %s\nwant status %d, code %d, error %q", answer.StatusCode, text, c.Status, c.Code, c.Error)
			}
			if calls = w.wechat.Calls() - calls; calls != c.WeChat {
				t.Errorf("%d calls of WeChat, want %d", calls, c.WeChat)
			}
			request := requestOf(t, route, payload)
			checkAnswer(t, v, request, answer)
			if c.Error == "" {
				if wrong := v.request(request); wrong != "" {
					t.Errorf("openapi.yaml refuses the request: %s", wrong)
				}
			}
		})
	}
}

// Menus are nested, which no event shows: its user has none.
func TestAnswerWithMenus(t *testing.T) {
	store := &storetest.Memory{}
	w := newWorld(t, store)
	leaf := login.Menu{ID: "leaf", Name: "订单", Path: "/pages/orders", Icon: "orders"}
	if err := store.PutRole(t.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "node", Children: []login.Menu{leaf}}}}); err != nil {
		t.Fatal(err)
	}
	w.addUser(t, login.User{ID: "u-clerk", Username: "clerk", Name: "Clerk", PasswordHash: hashOfDemo(t), Roles: []string{"clerk"}})
	payload := bindEvent(t, `{"code":"bob-1","username":"clerk","password":"`+events.Password+`"}`)
	answer := w.play(t, apigw.Bind, payload)
	if text, _ := bodyOf(t, answer); !strings.Contains(text, `"children":[{"id":"leaf"`) {
		t.Errorf("no menus: %s", text)
	}
	checkAnswer(t, theValidators(t), requestOf(t, apigw.Bind, payload), answer)
}

func eventOf(t *testing.T, c events.Case) []byte {
	t.Helper()
	payload, err := c.Event()
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// checkAnswer holds one of our answers against openapi.yaml. Its headers are not
// required there, since the answers of API Gateway itself have none of them.
func checkAnswer(t *testing.T, v validators, request *http.Request, answer *http.Response) {
	t.Helper()
	for _, name := range []string{"Cache-Control", "X-Content-Type-Options"} {
		if answer.Header.Get(name) == "" {
			t.Errorf("no header %s", name)
		}
	}
	retry := answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable
	if wait := answer.Header.Get("Retry-After"); (wait != "") != retry {
		t.Errorf("status %d with Retry-After %q", answer.StatusCode, wait)
	}
	if wrong := v.answer(request, answer); wrong != "" {
		t.Errorf("openapi.yaml refuses the answer: %s", wrong)
	}
}

// ofSessions are the codes of routes to come.
var ofSessions = []login.Code{login.SessionInvalid, login.SessionExpired, login.SessionReplaced}

// Every code stands in openapi.yaml with the status that it is answered with, and
// nothing else does.
func TestErrors(t *testing.T) {
	v, a := theValidators(t), theAPI(t)
	documented := map[login.Code]bool{}
	for _, route := range apigw.Routes {
		for status, response := range a.Paths[route.Path][strings.ToLower(route.Method)].Responses {
			for _, name := range a.errorsOf(response) {
				code := login.Code(name)
				if !slices.Contains(login.Codes(), code) {
					t.Errorf("%s, %s: there is no error %s", route.Path, status, name)
					continue
				}
				documented[code] = true
				request, answer := answerWith(t, route, code)
				if got := strconv.Itoa(answer.StatusCode); got != status {
					t.Errorf("%s: %s is documented with %s and answered with %s", route.Path, code, status, got)
				}
				checkAnswer(t, v, request, answer)
			}
		}
	}
	for _, code := range login.Codes() {
		if documented[code] == slices.Contains(ofSessions, code) {
			t.Errorf("%s: documented: %v", code, documented[code])
		}
	}
}

// answerWith makes a route fail with a code, whatever makes it do so otherwise.
func answerWith(t *testing.T, route apigw.Route, code login.Code) (*http.Request, *http.Response) {
	t.Helper()
	w := newMemoryWorld(t)
	w.config.WeChat = failing(code)
	good, err := events.CaseNamed(route.Function + "-good")
	if err != nil {
		t.Fatal(err)
	}
	payload := eventOf(t, good)
	answer := w.play(t, route, payload)
	if _, body := bodyOf(t, answer); body.Error != code || body.Action != code.Action() {
		t.Fatalf("%s is answered with %q and %q", code, body.Error, body.Action)
	}
	return requestOf(t, route, payload), answer
}

type failing login.Code

func (f failing) Code2Session(context.Context, login.App, string) (login.WeChatSession, error) {
	return login.WeChatSession{}, login.Code(f)
}

// The validation above is worth what it refuses.
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
