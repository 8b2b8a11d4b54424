package localgw

import (
	"net/http"
	"net/url"
	"strings"
)

// route is a route with its function.
type route struct {
	// key is API Gateway's name for the route, such as "GET /x/{id}".
	key      string
	method   string
	segments []string
	function Function
	// authorizer is called first, unless it is nil.
	authorizer Authorizer
}

func newRoute(method, path string, f Function) *route {
	return &route{key: method + " " + path, method: method, segments: strings.Split(path, "/"), function: f}
}

// parameterOf returns the name in a segment like {id}, or "".
func parameterOf(segment string) string {
	name, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	if !opened || !closed {
		return ""
	}
	return name
}

// match reports whether the route matches a request, and returns the request's path parameters, percent-decoded; nil if
// it has none. A parameter is one segment of the path, and not empty.
func (rt *route) match(method string, segments []string) (parameters map[string]string, ok bool) {
	if method != rt.method || len(segments) != len(rt.segments) {
		return nil, false
	}
	for i, segment := range segments {
		name := parameterOf(rt.segments[i])
		switch {
		case name != "" && segment != "":
			if parameters == nil {
				parameters = map[string]string{}
			}
			parameters[name] = text(segment)
		case segment != rt.segments[i]:
			return nil, false
		}
	}
	return parameters, true
}

// routeOf finds the route of a request. If several match, it is the one with the fewest parameters. Like API Gateway,
// it takes a path as it is and answers 404 to all others: it cleans none, redirects nowhere, and never answers 405.
// http.ServeMux does all of that. A route is for its own method, and HEAD is not GET:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
func (g *Gateway) routeOf(r *http.Request) (found *route, parameters map[string]string) {
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return nil, nil
		}
		segments[i] = decoded
	}
	for _, rt := range g.routes {
		if p, ok := rt.match(r.Method, segments); ok && (found == nil || len(p) < len(parameters)) {
			found, parameters = rt, p
		}
	}
	return found, parameters
}
