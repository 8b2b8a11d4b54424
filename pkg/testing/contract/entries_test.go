package contract_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// Every event gets the same answer as JSON, as Lambda hands it over, as a value, as `wxbind serve` does, and as the
// request that it was made from, sent to the gateway of `wxbind serve`. What comes before it on the same state, such as
// the first of two identical requests, comes as JSON each time.
func TestEntriesAgree(t *testing.T) {
	for _, c := range events.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			want := played(t, c, asJSON)
			if c.Name == "authorizer-payload-format-1" {
				return // a field of it has another type
			}
			if got := played(t, c, asValue); got != want {
				t.Errorf("as a value it gets\n%s\nand as JSON\n%s", got, want)
			}
			if !isRequest(c) {
				return
			}
			if got := played(t, c, overHTTP); got != behindGateway(c, want) {
				t.Errorf("over HTTP it gets\n%s\nand as JSON\n%s", got, want)
			}
		})
	}
}

// isRequest says whether a request can be what a case's event was made from.
func isRequest(c events.Case) bool {
	for _, never := range []string{"-no-http-api-event", "-payload-format-1", "-of-another-route", "-broken-base64"} {
		if strings.HasSuffix(c.Name, never) {
			return false
		}
	}
	return c.Function() != apigw.WhoAmI.Function // its events say what no authorizer has said
}

// behindGateway is what a client gets for a function's answer: its answer, or for the authorizer's, that of the gateway or
// of the route behind it.
func behindGateway(c events.Case, answer string) string {
	switch {
	case c.Function() != events.Authorizer:
		return answer
	case c.Holds["isAuthorized"] == true:
		return `200 {"code":1,"msg":"获取成功","userId":"` + events.UserID + `","appId":"` + events.AppID + `","roles":[]}`
	}
	return `403 {"message":"Forbidden"}`
}

// entry hands an event over, and returns the answer.
type entry func(t *testing.T, w *world, c events.Case, payload []byte) (status int, headers map[string]string, body string)

// fresh matches what differs between two answers to one event.
var fresh = regexp.MustCompile(`wxb_[\w-]+\.[\w-]+|"requestId":"[^"]*"|"id":"[\w-]{43}"|"id":"[a-z2-7]{26}"|:\d{10}\b`)

// played plays a case on a state of its own, and returns its answer without what is fresh in it.
func played(t *testing.T, c events.Case, by entry) string {
	t.Helper()
	w := newMemoryWorld(t)
	w.config.Hasher = &logintest.Hasher{} // is quick, and compares a password with itself
	for _, id := range []string{events.UserID, events.OtherUserID} {
		user, err := w.store.UserByID(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.store.ReplacePassword(t.Context(), id, user.PasswordID, login.NewPassword(events.Password), user.Epoch); err != nil {
			t.Fatal(err)
		}
	}
	status, headers, body := by(t, w, c, w.prepare(t, c))
	answer := fmt.Sprintf("%d %s", status, strings.TrimSpace(fresh.ReplaceAllString(body, "…")))
	for _, name := range []string{"content-type", "cache-control", "retry-after", "www-authenticate"} {
		if c.Function() != events.Authorizer {
			answer += fmt.Sprintf("\n%s: %s", name, headers[name])
		}
	}
	return answer
}

func asJSON(t *testing.T, w *world, c events.Case, payload []byte) (status int, headers map[string]string, body string) {
	if c.Function() == events.Authorizer {
		out, err := w.authorizer().Invoke(t.Context(), payload)
		return 0, nil, fmt.Sprintf("%s %v", out, err)
	}
	out, err := w.handler(routesOf(c.Function())...).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var answer lambda.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Headers, answer.Body
}

func asValue(t *testing.T, w *world, c events.Case, payload []byte) (status int, headers map[string]string, body string) {
	if c.Function() == events.Authorizer {
		answer, err := w.authorizer().Authorize(t.Context(), decoded[lambda.APIGatewayV2CustomAuthorizerV2Request](t, payload))
		if err != nil {
			return 0, nil, fmt.Sprintf(" %v", err)
		}
		text, err := json.Marshal(answer)
		return 0, nil, fmt.Sprintf("%s %v", text, err)
	}
	answer := w.handler(routesOf(c.Function())...).Answer(t.Context(), decoded[lambda.APIGatewayV2HTTPRequest](t, payload))
	return answer.StatusCode, answer.Headers, answer.Body
}

func overHTTP(t *testing.T, w *world, c events.Case, payload []byte) (status int, headers map[string]string, body string) {
	gateway := localgw.New(apigw.MaxBody)
	for _, route := range apigw.Routes() {
		if route.Guard() == apigw.GuardAuthorizer {
			gateway.RouteBehind(w.authorizer(), route.Method, route.Path, w.handler(route))
		} else {
			gateway.Route(route.Method, route.Path, w.handler(route))
		}
	}
	event := decoded[lambda.APIGatewayV2HTTPRequest](t, payload)
	server := httptest.NewUnstartedServer(nil)
	server.Config = localgw.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = net.JoinHostPort(event.RequestContext.HTTP.SourceIP, "1")
		gateway.ServeHTTP(out, r)
	}))
	server.Start()
	defer server.Close()

	route := apigw.WhoAmI // which the authorizer stands in front of
	if c.Function() != events.Authorizer {
		route = routeFor(t, c, payload)
	}
	request := requestOf(t, route, payload)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Scheme, request.URL.Host, request.RequestURI = base.Scheme, base.Host, ""
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	headers = map[string]string{}
	for name := range response.Header {
		headers[strings.ToLower(name)] = response.Header.Get(name)
	}
	return response.StatusCode, headers, string(text)
}

func (w *world) handler(routes ...apigw.Route) *apigw.Handler {
	return apigw.New(apigw.Config{Service: login.New(w.config)}, routes...)
}

func (w *world) authorizer() *apigw.Authorizer {
	return apigw.NewAuthorizer(apigw.AuthorizerConfig{
		Verifier: login.Verifier{Presence: w.config.Store},
	})
}

func decoded[E any](t *testing.T, payload []byte) (event E) {
	t.Helper()
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	return event
}
