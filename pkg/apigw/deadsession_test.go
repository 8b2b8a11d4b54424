package apigw_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// sessionRoutes returns the routes that take a token, each with a request that would
// succeed: it has everything that any of them asks for.
func sessionRoutes(w *world) []struct {
	apigw.Route
	event events.APIGatewayV2HTTPRequest
} {
	var routes []struct {
		apigw.Route
		event events.APIGatewayV2HTTPRequest
	}
	for _, r := range apigw.Routes() {
		if r.Guard() != apigw.GuardSession {
			continue
		}
		event := get("code=" + w.code("alice"))
		if r.Method == http.MethodPost {
			event = post("application/json", `{"all":true,"force":true,"code":"`+w.code("alice")+`"}`)
		}
		event.PathParameters = map[string]string{"id": login.NewToken("u1").Hash()}
		routes = append(routes, struct {
			apigw.Route
			event events.APIGatewayV2HTTPRequest
		}{r, event})
	}
	if len(routes) == 0 {
		w.Fatal("no route has the guard of sessions")
	}
	return routes
}

// Whoever has no live session is told why, and gets no further.
func TestSessionRoutesWithoutALiveSession(t *testing.T) {
	bearer := func(token string) map[string]string { return map[string]string{"authorization": "Bearer " + token} }
	for name, c := range map[string]struct {
		// headers prepares the world and returns the headers to send.
		headers func(w *world) map[string]string
		want    login.Code
	}{
		"no token":              {func(*world) map[string]string { return nil }, login.SessionInvalid},
		"an empty Bearer":       {func(*world) map[string]string { return bearer("") }, login.SessionInvalid},
		"malformed":             {func(*world) map[string]string { return bearer("wxb_no-token") }, login.SessionInvalid},
		"malformed, in X-Token": {func(*world) map[string]string { return map[string]string{"x-token": "no token"} }, login.SessionInvalid},
		"of an old format": {func(w *world) map[string]string {
			return bearer(strings.TrimPrefix(w.login("alice").token, "wxb_"))
		}, login.SessionInvalid},
		"odd bytes": {func(w *world) map[string]string {
			return bearer(w.login("alice").token + "\x00\xff")
		}, login.SessionInvalid},
		"far too long": {func(w *world) map[string]string {
			return bearer(w.login("alice").token + strings.Repeat("A", 9<<10))
		}, login.SessionInvalid},
		"a header that came twice": {func(w *world) map[string]string {
			token := w.login("alice").token
			return map[string]string{"authorization": "Bearer " + token + ",Bearer " + token}
		}, login.SessionInvalid},
		"an X-Token that came twice": {func(w *world) map[string]string {
			token := w.login("alice").token
			return map[string]string{"x-token": token + "," + token}
		}, login.SessionInvalid},
		"a good X-Token beside a bad Bearer": {func(w *world) map[string]string {
			return map[string]string{"authorization": "bearer x", "x-token": w.login("alice").token}
		}, login.SessionInvalid},
		"another scheme": {func(w *world) map[string]string {
			return map[string]string{"authorization": "Basic " + w.login("alice").token}
		}, login.SessionInvalid},
		"foreign: of a user who is here": {func(*world) map[string]string {
			return bearer(string(login.NewToken("u1").Text()))
		}, login.SessionInvalid},
		"foreign: of nobody": {func(*world) map[string]string {
			return bearer(string(login.NewToken("nobody").Text()))
		}, login.SessionInvalid},
		"a session's id for its token": {func(w *world) map[string]string {
			return bearer("wxb_dTE." + w.login("alice").session().ID())
		}, login.SessionInvalid},
		"expired": {func(w *world) map[string]string {
			v := w.login("alice")
			w.ahead = login.IdleLife
			return bearer(v.token)
		}, login.SessionExpired},
		"revoked": {func(w *world) map[string]string {
			v := w.login("alice")
			w.login("alice").ask(apigw.RevokeSession, withID(v.session().ID()))
			return bearer(v.token)
		}, login.SessionRevoked},
		"logged out everywhere": {func(w *world) map[string]string {
			v := w.login("alice")
			w.login("alice").ask(apigw.Logout, post("application/json", `{"all":true}`))
			return bearer(v.token)
		}, login.SessionRevoked},
		"replaced": {func(w *world) map[string]string {
			v := w.login("alice")
			for range login.MaxSessions {
				w.ahead += time.Second
				w.login("alice")
			}
			return bearer(v.token)
		}, login.SessionReplaced},
		"of a disabled user": {func(w *world) map[string]string {
			v := w.login("alice")
			if err := w.store.DisableUser(w.Context(), "u1", login.NewID()); err != nil {
				w.Fatal(err)
			}
			return bearer(v.token)
		}, login.UserDisabled},
		"binding removed": {func(w *world) map[string]string {
			v := w.login("alice")
			w.unbind("u1")
			return bearer(v.token)
		}, login.BindingRemoved},
		"bound again since": {func(w *world) map[string]string {
			v := w.login("alice")
			w.unbind("u1")
			w.login("alice")
			return bearer(v.token)
		}, login.BindingRemoved},
		"of a deleted user": {func(w *world) map[string]string {
			v := w.login("alice")
			u, err := w.store.UserByID(w.Context(), "u1")
			if err != nil {
				w.Fatal(err)
			}
			if err := w.store.DeleteUser(w.Context(), u); err != nil {
				w.Fatal(err)
			}
			return bearer(v.token)
		}, login.SessionInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			headers := c.headers(w)
			calls, routes := w.wechat.Calls(), sessionRoutes(w)
			for _, r := range routes {
				a := w.invoke(t.Context(), r.Route, withHeaders(r.event, headers))
				if a.status != 401 || a.header["www-authenticate"] != "Bearer" {
					t.Errorf("%s: got %d, %v", r.Key(), a.status, a.header)
				}
				if a.body["code"] != 0.0 || a.body["error"] != string(c.want) || a.body["msg"] != c.want.Message("") || a.body["action"] != string(c.want.Action()) {
					t.Errorf("%s: got %s, want %s", r.Key(), a.text, c.want)
				}
				if line := w.lastLine(); line["outcome"] != string(c.want) || line["status"] != 401.0 {
					t.Errorf("%s: the log says %v", r.Key(), line)
				}
			}
			if w.wechat.Calls() != calls {
				t.Error("it cost a call to WeChat")
			}
			if a := w.authorize(headers); a.IsAuthorized || a.Context != nil {
				t.Errorf("the authorizer says %v", a)
			}
		})
	}
}

// unbind removes a user's binding, as an administrator does.
func (w *world) unbind(userID string) {
	w.Helper()
	u, err := w.store.UserByID(w.Context(), userID)
	if err != nil {
		w.Fatal(err)
	}
	for id, app := range u.Apps {
		b := login.Binding{ID: app.BindingID, AppID: id, OpenID: app.OpenID, UserID: userID}
		if err := w.store.Unbind(w.Context(), b, false); err != nil {
			w.Fatal(err)
		}
	}
}

// A session that ends while its request is in progress is 401, as usual.
func TestSessionThatEndsMeanwhile(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	w.service.Store = vanishing{w.service.Store}
	a := v.ask(apigw.Unbind, post("application/json", `{"force":true,"code":"`+w.code("alice")+`"}`))
	if a.status != 401 || a.body["error"] != string(login.BindingRemoved) || a.header["www-authenticate"] != "Bearer" {
		t.Errorf("got %d %s", a.status, a.text)
	}
}

// On a request with a code, the same reasons are decisions.
func TestDisabledUserWithACodeIsADecision(t *testing.T) {
	w := newWorld(t)
	w.login("alice")
	if err := w.store.DisableUser(t.Context(), "u1", login.NewID()); err != nil {
		t.Fatal(err)
	}
	a := w.invoke(t.Context(), apigw.CheckBind, get("code="+w.code("alice")))
	a.refused(t, login.UserDisabled)
	if a.header["www-authenticate"] != "" {
		t.Errorf("headers: %v", a.header)
	}
}
