package localgw

import (
	"net/http"
	"net/url"
	"strings"
)

// route is one route and what stands behind it.
type route struct {
	// key is API Gateway's name of it, such as "GET /x/{id}".
	key      string
	method   string
	segments []string
	function Function
	// authorizer is asked first, unless it is nil.
	authorizer Function
}

func newRoute(method, path string, f Function) *route {
	return &route{key: method + " " + path, method: method, segments: strings.Split(path, "/"), function: f}
}

// parameterOf gives the name of a segment like {id}, or "".
func parameterOf(segment string) string {
	name, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	if !opened || !closed {
		return ""
	}
	return name
}

// match says whether the route is that of a request, and gives its path
// parameters, percent-decoded. A parameter is one segment of the path, and not empty.
func (rt *route) match(method string, segments []string) (parameters map[string]string, ok bool) {
	if method != rt.method || len(segments) != len(rt.segments) {
		return nil, false
	}
	parameters = map[string]string{}
	for i, segment := range segments {
		name := parameterOf(rt.segments[i])
		switch {
		case name != "" && segment != "":
			parameters[name] = segment
		case segment != rt.segments[i]:
			return nil, false
		}
	}
	return parameters, true
}

// routeOf finds the route of a request: of several, the one with the fewest
// parameters. API Gateway takes a path as it is, and says 404 to all others: it
// cleans none, redirects nowhere, and knows no 405. http.ServeMux does all of that.
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
