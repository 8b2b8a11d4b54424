package contract_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/username"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const appSecret = "the AppSecret"

// world has the handlers, in the state that package events describes.
type world struct {
	wechat *wechattest.Server
	config login.Config
	store  login.AdminStore
	scene  events.Scene
	// origin finds the callers' addresses; nil trusts no proxy.
	origin *origin.Finder
	// outcome is that of the newest answer's line in the log.
	outcome string
}

var hasher = password.New(password.Config{})

var hashOnce = sync.OnceValues(func() (login.Hidden, error) {
	return hasher.Hash(context.Background(), events.Password)
})

// hashOfDemo is the hash of events.Password.
func hashOfDemo(t *testing.T) login.Hidden {
	t.Helper()
	hash, err := hashOnce()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func newWorld(t *testing.T, store login.AdminStore) *world {
	t.Helper()
	w := &world{store: store, wechat: wechattest.New(wechattest.Config{Apps: events.AppSecrets(appSecret)})}
	server := httptest.NewServer(w.wechat)
	t.Cleanup(server.Close)
	client, err := wechat.New(wechat.Config{Base: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	w.config = logintest.Config(store)
	w.config.WeChat, w.config.Secrets = client, &logintest.Secrets{Held: events.Secret(appSecret, login.Hidden(strings.Repeat("k", 64)))}
	w.config.Services = logintest.Services{{ID: events.ServiceID, Key: events.ServiceKey}}
	w.config.Hasher, w.config.Username = hasher, username.Fold
	w.addUser(t, login.User{ID: events.UserID, Username: events.Username, Name: "Demo"})
	w.addUser(t, login.User{ID: events.OtherUserID, Username: events.OtherUsername, Name: "Other"})
	return w
}

func newMemoryWorld(t *testing.T) *world { return newWorld(t, &storetest.Memory{}) }

func (w *world) addUser(t *testing.T, u login.User) {
	t.Helper()
	u.Apps = map[string]login.UserApp{}
	if err := w.store.AddUser(t.Context(), u, login.NewPassword(hashOfDemo(t))); err != nil {
		t.Fatal(err)
	}
}

// answerTo sends an event to the function of a route, and returns its answer as a client sees it.
func (w *world) answerTo(t *testing.T, route apigw.Route, payload []byte) *http.Response {
	t.Helper()
	var log bytes.Buffer
	handler := apigw.New(apigw.Config{Service: login.New(w.config), Log: requestlog.New(requestlog.Config{Output: &log}), Origin: w.origin}, routesOf(route.Function)...)
	out, err := handler.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	w.outcome = outcomeIn(log.String())
	var answer lambda.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	if err := w.scene.Saw([]byte(answer.Body)); err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: answer.StatusCode, Header: header, Body: io.NopCloser(strings.NewReader(answer.Body))}
}

// authorize sends an event to the authorizer.
func (w *world) authorize(t *testing.T, payload []byte) (answer map[string]any, err error) {
	t.Helper()
	verifier := login.Verifier{Presence: w.config.Store, Now: w.config.Now}
	out, err := apigw.NewAuthorizer(apigw.AuthorizerConfig{Verifier: verifier}).Invoke(t.Context(), payload)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer, nil
}

// prepare plays what comes before a case, and returns the case's event.
func (w *world) prepare(t *testing.T, c events.Case) []byte {
	t.Helper()
	for _, name := range c.After {
		before := caseNamed(t, name)
		if err := before.Meanwhile.Make(t.Context(), w.store); err != nil {
			t.Fatal(err)
		}
		payload, err := w.scene.Event(before)
		if err != nil {
			t.Fatal(err)
		}
		answer := w.answerTo(t, routeFor(t, before, payload), payload)
		if text, body := bodyOf(t, answer); answer.StatusCode != before.Status || body.Code != before.Code {
			t.Fatalf("%s, played before, gives %d: %s", name, answer.StatusCode, text)
		}
	}
	if err := c.Meanwhile.Make(t.Context(), w.store); err != nil {
		t.Fatal(err)
	}
	payload, err := w.scene.Event(c)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func caseNamed(t *testing.T, name string) events.Case {
	t.Helper()
	c, err := events.CaseNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// routesOf returns the routes of a function.
func routesOf(function string) []apigw.Route {
	var routes []apigw.Route
	for _, r := range apigw.Routes() {
		if r.Function == function {
			routes = append(routes, r)
		}
	}
	return routes
}

// routeFor returns the route that the event of a case is for. If the event names no route
// of its function, that is the function's first.
func routeFor(t *testing.T, c events.Case, payload []byte) apigw.Route {
	t.Helper()
	var event struct{ RouteKey string }
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	routes := routesOf(c.Function())
	if len(routes) == 0 {
		t.Fatalf("no route for functions/%s", c.Function())
	}
	if i := slices.IndexFunc(routes, func(r apigw.Route) bool { return r.Key() == event.RouteKey }); i >= 0 {
		return routes[i]
	}
	return routes[0]
}

// bodyOf reads an answer's body. The body can be read again.
func bodyOf(t *testing.T, answer *http.Response) (text string, body struct {
	Code       int
	Error      login.Code
	Action     login.Action
	RetryAfter json.Number
},
) {
	t.Helper()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body = io.NopCloser(strings.NewReader(string(read)))
	if err := json.Unmarshal(events.InJSON(read), &body); err != nil {
		t.Fatalf("%v: %s", err, read)
	}
	return string(read), body
}

// bindEvent returns an event for bind with this JSON as its body.
func bindEvent(t *testing.T, body string) []byte {
	t.Helper()
	return changed(t, "bind-good", func(e *lambda.APIGatewayV2HTTPRequest) { e.Body = body })
}

// changed returns the event of a case with a change.
func changed(t *testing.T, name string, change func(*lambda.APIGatewayV2HTTPRequest)) []byte {
	t.Helper()
	payload, err := caseNamed(t, name).Event()
	if err != nil {
		t.Fatal(err)
	}
	var event lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	change(&event)
	if payload, err = json.Marshal(event); err != nil {
		t.Fatal(err)
	}
	return payload
}

// requestOf returns the request that an event was made from.
func requestOf(t *testing.T, route apigw.Route, payload []byte) *http.Request {
	t.Helper()
	var event lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	body := event.Body
	if event.IsBase64Encoded {
		// An event may claim base64 and hold none; then there is no request to compare.
		if decoded, err := base64.StdEncoding.DecodeString(body); err == nil {
			body = string(decoded)
		}
	}
	path := strings.ReplaceAll(route.Path, "{id}", url.PathEscape(event.PathParameters["id"]))
	path = strings.ReplaceAll(path, "{appId}", url.PathEscape(event.PathParameters["appId"]))
	r := httptest.NewRequest(route.Method, path, strings.NewReader(body))
	r.URL.RawQuery = event.RawQueryString
	for name, value := range event.Headers {
		r.Header.Set(name, value)
	}
	return r
}
