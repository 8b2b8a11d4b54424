package apigw_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// visitor is a person who is logged in.
type visitor struct {
	*world
	token string
	// person holds the phone, and app is the mini-program on it.
	person, app string
}

// code returns a fresh code of a person.
func (w *world) code(person string) string {
	w.codes++
	return fmt.Sprintf("%s-%d", person, w.codes)
}

// login logs a person in, as the user demo if they are not bound.
func (w *world) login(person string) *visitor {
	w.Helper()
	return w.loginIn(appID, person, "demo")
}

func (w *world) loginIn(app, person, username string) *visitor {
	w.Helper()
	a := w.invoke(w.Context(), apigw.CheckBind, get("appId="+app+"&code="+w.code(person)))
	if a.body["code"] == 301.0 {
		a = w.invoke(w.Context(), apigw.Bind, post("application/json", fmt.Sprintf(
			`{"appId":%q,"code":%q,"username":%q,"password":%q}`, app, w.code(person), username, password)))
	}
	token, _ := a.body["token"].(string)
	if token == "" {
		w.Fatalf("%s cannot log in: %s", person, a.text)
	}
	return &visitor{world: w, token: token, person: person, app: app}
}

// ask calls a route with the visitor's token.
func (v *visitor) ask(route apigw.Route, e events.APIGatewayV2HTTPRequest) answer {
	v.Helper()
	return v.invoke(v.Context(), route, withHeaders(e, map[string]string{"authorization": "Bearer " + v.token}))
}

// session returns the visitor's session as it is stored.
func (v *visitor) session() login.Session {
	v.Helper()
	token, err := login.ParseToken(v.token)
	if err != nil {
		v.Fatal(err)
	}
	s, _, err := v.store.SessionWithUser(v.Context(), token.UserID, token.Hash())
	if err != nil {
		v.Fatal(err)
	}
	return s
}

// denied checks that a session route refuses the visitor for this reason.
func (v *visitor) denied(want login.Code) {
	v.Helper()
	if a := v.ask(apigw.UserInfo, get("")); a.status != 401 || a.body["error"] != string(want) {
		v.Errorf("got %d %s, want %s", a.status, a.text, want)
	}
}

// admitted checks that a session route lets the visitor in.
func (v *visitor) admitted() {
	v.Helper()
	if a := v.ask(apigw.UserInfo, get("")); a.status != 200 || a.body["code"] != 1.0 {
		v.Errorf("got %d %s", a.status, a.text)
	}
}

// refused checks that an answer is a decision with this error.
func (a answer) refused(t *testing.T, want login.Code) {
	t.Helper()
	if a.status != 200 || a.body["code"] != 0.0 || a.body["error"] != string(want) || a.body["msg"] != want.Message("") {
		t.Errorf("got %d %s, want %s", a.status, a.text, want)
	}
}

// done checks that an answer says that the request is done, with this sentence.
func (a answer) done(t *testing.T, msg string) {
	t.Helper()
	if a.status != 200 || a.body["code"] != 1.0 || a.body["msg"] != msg {
		t.Errorf("got %d %s, want %s", a.status, a.text, msg)
	}
}

func withHeaders(e events.APIGatewayV2HTTPRequest, headers map[string]string) events.APIGatewayV2HTTPRequest {
	all := map[string]string{}
	for _, some := range []map[string]string{e.Headers, headers} {
		for name, value := range some {
			all[name] = value
		}
	}
	e.Headers = all
	return e
}

// withID returns an event with a session's id as the path parameter.
func withID(id string) events.APIGatewayV2HTTPRequest {
	e := get("")
	e.PathParameters = map[string]string{"id": id}
	return e
}

// asJSON returns a body for post.
func asJSON(t *testing.T, body any) string {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
