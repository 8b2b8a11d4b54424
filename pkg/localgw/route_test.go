package localgw

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// request sends a request and returns the answer.
func request(t *testing.T, g *Gateway, method, path string) (status int, body string) {
	t.Helper()
	server := httptest.NewServer(g)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Token", "t1")
	response, err := http.DefaultTransport.RoundTrip(r) // a client would follow a redirect
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(text))
}

func TestPathParameters(t *testing.T) {
	for path, want := range map[string]string{
		"/x/abc":       "abc",
		"/x/a%20b":     "a b",
		"/x/a%2Fb":     "a/b",
		"/x/%E7%88%B1": "爱",
		"/x/a+b":       "a+b",
		"/x/%00%ff":    "\x00\ufffd", // an event is JSON, which has no other bytes
		"/x/{id}":      "{id}",
		"/x/":          "",
		"/x":           "",
		"/x/a/b":       "",
		"//x/a":        "",
		"/X/a":         "",
		"/x/..":        "..",
	} {
		f := &function{answer: good}
		g := New(64 << 10)
		g.Route(http.MethodDelete, "/x/{id}", f)
		status, body := request(t, g, http.MethodDelete, path)
		if want == "" {
			if status != 404 || body != `{"message":"Not Found"}` {
				t.Errorf("%s: got %d %s", path, status, body)
			}
			continue
		}
		if got := f.event.PathParameters["id"]; status != 200 || got != want || f.event.RouteKey != "DELETE /x/{id}" || f.event.RequestContext.RouteKey != f.event.RouteKey {
			t.Errorf("%s: got %d, %q by %s, want %q", path, status, got, f.event.RouteKey, want)
		}
	}
}

// API Gateway picks the most specific route.
func TestRouteWithoutParametersComesFirst(t *testing.T) {
	for name, order := range map[string][]string{"first": {"/x/y", "/x/{id}"}, "last": {"/x/{id}", "/x/y"}} {
		g, functions := New(64<<10), map[string]*function{}
		for _, path := range order {
			functions[path] = &function{answer: good}
			g.Route(http.MethodGet, path, functions[path])
		}
		if request(t, g, http.MethodGet, "/x/y"); functions["/x/y"].event.Version == "" {
			t.Errorf("%s: it is not asked", name)
		}
		if request(t, g, http.MethodGet, "/x/z"); functions["/x/{id}"].event.PathParameters["id"] != "z" {
			t.Errorf("%s: the other is not asked", name)
		}
	}
}

// authorizer decides what it is told to and keeps the event.
type authorizer struct {
	event     events.APIGatewayV2CustomAuthorizerV2Request
	verdict   events.APIGatewayV2CustomAuthorizerSimpleResponse
	err       error
	unbounded bool
}

func (a *authorizer) Authorize(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	_, bounded := ctx.Deadline()
	a.event, a.unbounded = event, !bounded
	return a.verdict, a.err
}

func TestAuthorizer(t *testing.T) {
	who := map[string]any{"userId": "u1", "roles": []any{"a"}}
	for name, c := range map[string]struct {
		verdict events.APIGatewayV2CustomAuthorizerSimpleResponse
		err     error
		status  int
		body    string
	}{
		"it lets pass":   {events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: true, Context: who}, nil, 200, "served"},
		"it denies":      {events.APIGatewayV2CustomAuthorizerSimpleResponse{Context: who}, nil, 403, `{"message":"Forbidden"}`},
		"it says little": {events.APIGatewayV2CustomAuthorizerSimpleResponse{}, nil, 403, `{"message":"Forbidden"}`},
		"it fails":       {events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: true}, errors.New("boom"), 500, `{"message":"Internal Server Error"}`},
	} {
		t.Run(name, func(t *testing.T) {
			a, f := &authorizer{verdict: c.verdict, err: c.err}, &function{answer: events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: "served"}}
			g := New(64 << 10)
			g.RouteBehind(a, http.MethodGet, "/x/{id}", f)
			status, body := request(t, g, http.MethodGet, "/x/7?q=1")
			if status != c.status || body != c.body {
				t.Errorf("got %d %s, want %d %s", status, body, c.status, c.body)
			}
			if asked := a.event; asked.Version != "2.0" || asked.Type != "REQUEST" || asked.RouteKey != "GET /x/{id}" ||
				asked.Headers["x-token"] != "t1" || asked.PathParameters["id"] != "7" || asked.RawQueryString != "q=1" || asked.RequestContext.RequestID == "" {
				t.Errorf("it is asked %+v", asked)
			}
			if a.unbounded || f.unbounded {
				t.Error("their time has no end")
			}
			if c.status != 200 {
				if f.event.Version != "" {
					t.Error("the function is asked all the same")
				}
				return
			}
			said := f.event.RequestContext.Authorizer
			if said == nil || said.Lambda["userId"] != "u1" || len(said.Lambda["roles"].([]any)) != 1 || f.event.RequestContext.RequestID != a.event.RequestContext.RequestID {
				t.Errorf("the function is told %+v", said)
			}
		})
	}
}
