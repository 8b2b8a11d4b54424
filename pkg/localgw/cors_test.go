package localgw

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/events"
)

const page = "https://h5.example.com"

// nobody is an authorizer that lets nobody in.
type nobody struct{}

func (nobody) Authorize(context.Context, events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{}, nil
}

// broken is an authorizer that fails.
type broken struct{}

func (broken) Authorize(context.Context, events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{}, errors.New("no store")
}

// withCORS serves functions to these origins.
func withCORS(origins ...string) http.Handler {
	g := New(64 << 10)
	g.Route(http.MethodPost, "/x", &function{answer: events.APIGatewayV2HTTPResponse{StatusCode: 401, Headers: map[string]string{"retry-after": "7"}}})
	g.RouteBehind(nobody{}, http.MethodGet, "/behind", &function{answer: good})
	g.RouteBehind(broken{}, http.MethodGet, "/broken", &function{answer: good})
	g.flight.large = make(chan struct{}) // which has no place
	return CORS{
		Origins: origins, Methods: []string{"DELETE", "GET", "POST"},
		Headers: []string{"authorization", "content-type", "x-token"}, Exposed: []string{"retry-after", "www-authenticate"},
	}.Handler(g)
}

// send sends a request with these headers, each a name and a value.
func send(to http.Handler, method, path, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	to.ServeHTTP(answer, r)
	return answer.Result()
}

// mayRead says whether a browser lets a page of this origin read an answer, as the CORS check of the Fetch standard without
// credentials: https://fetch.spec.whatwg.org/#concept-cors-check
func mayRead(origin string, answer *http.Response) bool {
	allowed := answer.Header.Values("Access-Control-Allow-Origin")
	return len(allowed) == 1 && (allowed[0] == "*" || allowed[0] == origin)
}

// maySend says whether a browser sends a request after this answer to its preflight:
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func maySend(origin, method string, headers []string, answer *http.Response) bool {
	if !mayRead(origin, answer) || answer.StatusCode < 200 || answer.StatusCode > 299 {
		return false
	}
	listed := func(name string) []string { return strings.Split(answer.Header.Get(name), ",") }
	if !slices.Contains(append(listed("Access-Control-Allow-Methods"), "GET", "HEAD", "POST"), method) {
		return false
	}
	for _, header := range headers {
		if !slices.ContainsFunc(listed("Access-Control-Allow-Headers"), func(h string) bool { return strings.EqualFold(h, header) }) {
			return false
		}
	}
	return true
}

// A preflight is answered before anything else is looked at: the path, the route and its authorizer.
func TestPreflights(t *testing.T) {
	named, every := withCORS("http://localhost:5173", page), withCORS("*")
	for name, c := range map[string]struct {
		server         http.Handler
		origin, method string
		path           string
		headers        string
		want           bool
	}{
		"a page posts JSON with a token":       {named, page, "POST", "/x", "authorization,content-type", true},
		"with X-Token":                         {named, page, "GET", "/x", "x-token", true},
		"a page of the developer's machine":    {named, "http://localhost:5173", "DELETE", "/x", "authorization", true},
		"an unknown path":                      {named, page, "GET", "/y", "authorization", true},
		"a route behind the authorizer":        {named, page, "GET", "/behind", "authorization", true},
		"any page, where all may":              {every, "https://any.example", "POST", "/x", "authorization,content-type,x-token", true},
		"a page without an origin, likewise":   {every, "null", "POST", "/x", "content-type", true},
		"a page without an origin":             {named, "null", "GET", "/x", "authorization", false},
		"a foreign page":                       {named, "https://evil.example", "GET", "/x", "authorization", false},
		"a subdomain":                          {named, "https://a.h5.example.com", "GET", "/x", "authorization", false},
		"a name that begins with ours":         {named, page + ".evil.example", "GET", "/x", "authorization", false},
		"another port":                         {named, page + ":8443", "GET", "/x", "authorization", false},
		"the same name over http":              {named, "http://h5.example.com", "GET", "/x", "authorization", false},
		"a method that no route has":           {named, page, "PUT", "/x", "authorization", false},
		"a header that no route reads":         {named, page, "GET", "/x", "x-anything", false},
		"a header that no route reads, to all": {every, page, "GET", "/x", "authorization,x-anything", false},
	} {
		t.Run(name, func(t *testing.T) {
			answer := send(c.server, http.MethodOptions, c.path, "", "Origin", c.origin,
				"Access-Control-Request-Method", c.method, "Access-Control-Request-Headers", c.headers)
			if answer.StatusCode != http.StatusNoContent || answer.Header.Get("Vary") != "Origin" {
				t.Errorf("got %d %v", answer.StatusCode, answer.Header)
			}
			if got := maySend(c.origin, c.method, strings.Split(c.headers, ","), answer); got != c.want {
				t.Errorf("a browser sends the request: %v, want %v: %v", got, c.want, answer.Header)
			}
			if !mayRead(c.origin, answer) {
				for name := range answer.Header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("it says %s to a page that may not call", name)
					}
				}
			} else if answer.Header.Get("Access-Control-Max-Age") != "7200" {
				t.Errorf("it is good for %q s", answer.Header.Get("Access-Control-Max-Age"))
			}
			if _, ok := answer.Header["Access-Control-Allow-Credentials"]; ok {
				t.Error("it allows credentials")
			}
		})
	}
}

// A page can read every answer, also those of the gateway itself, or it could not tell a refusal from a lost connection.
func TestPagesReadEveryAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, body string
		want               int
	}{
		"the function's answer":         {http.MethodPost, "/x", "{}", 401},
		"no such path":                  {http.MethodGet, "/y", "", 404},
		"OPTIONS that is no preflight":  {http.MethodOptions, "/x", "", 404},
		"the authorizer refuses":        {http.MethodGet, "/behind", "", 403},
		"the authorizer fails":          {http.MethodGet, "/broken", "", 500},
		"a body that is far too large":  {http.MethodPost, "/x", strings.Repeat(" ", maxPayload+1), 413},
		"too many others are served":    {http.MethodPost, "/x", strings.Repeat(" ", smallBody+1), 503},
		"a method that is no route's":   {http.MethodPut, "/x", "{}", 404},
		"HEAD on a route for something": {http.MethodHead, "/behind", "", 404},
	} {
		synctest.Test(t, func(t *testing.T) { // who waits for a place waits for no time
			named, every := withCORS(page), withCORS("*")
			answer := send(named, c.method, c.path, c.body, "Origin", page)
			if answer.StatusCode != c.want || answer.Header.Get("Access-Control-Allow-Origin") != page {
				t.Errorf("%s: got %d %v, want %d", name, answer.StatusCode, answer.Header, c.want)
			}
			if got := answer.Header.Get("Access-Control-Expose-Headers"); got != "retry-after,www-authenticate" {
				t.Errorf("%s: it exposes %q", name, got)
			}
			if answer.Header.Get("Vary") != "Origin" {
				t.Errorf("%s: a cache may give it to others: %v", name, answer.Header)
			}
			if _, ok := answer.Header["Access-Control-Allow-Credentials"]; ok {
				t.Errorf("%s: it allows credentials", name)
			}
			if answer = send(every, c.method, c.path, c.body, "Origin", page); answer.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s, where all may call: %v", name, answer.Header)
			}
			answer = send(named, c.method, c.path, c.body, "Origin", "https://evil.example")
			if answer.StatusCode != c.want || answer.Header.Get("Access-Control-Allow-Origin") != "" || answer.Header.Get("Access-Control-Expose-Headers") != "" {
				t.Errorf("%s: a foreign page gets %d %v", name, answer.StatusCode, answer.Header)
			}
		})
	}
	if answer := send(withCORS(page), http.MethodPost, "/x", "{}"); answer.Header.Get("Access-Control-Allow-Origin") != "" || answer.Header.Get("Vary") != "Origin" {
		t.Errorf("who is no page gets %v", answer.Header)
	}
}

func TestNoOriginsNoCORS(t *testing.T) {
	server := withCORS()
	answer := send(server, http.MethodOptions, "/x", "", "Origin", page, "Access-Control-Request-Method", "POST")
	if answer.StatusCode != http.StatusNotFound || answer.Header.Get("Vary") != "" || answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("got %d %v", answer.StatusCode, answer.Header)
	}
}

// The error says what is wrong and what to write, and quotes nothing that may be secret.
func TestOriginsThatAreNone(t *testing.T) {
	for list, want := range map[string]string{
		"https://h5.example.com/":                           `origin 1 of 1: "https://h5.example.com/" ends in a slash: write https://h5.example.com`,
		"https://h5.example.com,http://localhost:5173/":     `origin 2 of 2: "http://localhost:5173/" ends in a slash: write http://localhost:5173`,
		"https://h5.example.com/MARK":                       "origin 1 of 1 has a path, and an origin has none: write https://h5.example.com",
		"https://h5.example.com?MARK":                       "origin 1 of 1 has a path, and an origin has none: write https://h5.example.com",
		"https://h5.example.com#/MARK":                      "origin 1 of 1 has a path, and an origin has none: write https://h5.example.com",
		"https://user:MARK@h5.example.com":                  "origin 1 of 1 has a user or a password",
		"https://user:MARK/MARK@h5.example.com":             "origin 1 of 1 has a user or a password",
		"user:MARK@h5.example.com":                          "origin 1 of 1 has a user or a password",
		"h5.example.com":                                    "origin 1 of 1 has no scheme: write https://h5.example.com",
		"h5.example.com/MARK":                               "origin 1 of 1 has no scheme: write https://h5.example.com",
		"//h5.example.com":                                  "origin 1 of 1 has no scheme: write https://h5.example.com",
		"localhost:5173":                                    "origin 1 of 1 has no scheme: write http://localhost:5173",
		"https:h5.example.com":                              "origin 1 of 1 has no scheme",
		"https:/h5.example.com":                             "origin 1 of 1 has no scheme",
		"https：//h5.example.com":                            "origin 1 of 1 has no scheme",
		"https://H5.example.com":                            `origin 1 of 1: "https://H5.example.com" has capital letters, and browsers send none: write https://h5.example.com`,
		"HTTPS://h5.example.com":                            `origin 1 of 1: "HTTPS://h5.example.com" has capital letters, and browsers send none: write https://h5.example.com`,
		"http://h5.example.com":                             `origin 1 of 1: "http://h5.example.com" must be https: http is for localhost and 127.0.0.1`,
		"file://h5":                                         `origin 1 of 1: "file://h5" must be https`,
		"https://h5.example.com:443":                        `origin 1 of 1: "https://h5.example.com:443" names the usual port, and browsers leave it out: write https://h5.example.com`,
		"https://h5.example.com:443/":                       `origin 1 of 1: "https://h5.example.com:443/" ends in a slash: write https://h5.example.com`,
		"HTTPS://H5.example.com:443/":                       `origin 1 of 1: "HTTPS://H5.example.com:443/" ends in a slash: write https://h5.example.com`,
		"http://h5.example.com/MARK":                        `origin 1 of 1: "http://h5.example.com" must be https: http is for localhost and 127.0.0.1`,
		"http://192.168.1.5:5173":                           `origin 1 of 1: "http://192.168.1.5:5173" must be https: http is for localhost and 127.0.0.1`,
		"http://localhost:5173/#/MARK":                      "origin 1 of 1 has a path, and an origin has none: write http://localhost:5173",
		"https://[::1]/":                                    `origin 1 of 1: "https://[::1]/" ends in a slash`,
		"https://a.example.com;https://b.example.com":       "origin 1 of 1 has another mark between two: separate origins by commas alone",
		"https://a.example.com，https://b.example.com":       "origin 1 of 1 has another mark between two: separate origins by commas alone",
		"a.example.com；b.example.com":                       "origin 1 of 1 has another mark between two: separate origins by commas alone",
		"'https://h5.example.com'":                          "origin 1 of 1 has quotation marks: write it without",
		"https://a.example.com\u3000https://b.example.com":  "origin 1 of 1 has a blank: separate origins by commas alone",
		"http://localhost:80":                               `origin 1 of 1: "http://localhost:80" names the usual port, and browsers leave it out: write http://localhost`,
		"https://*.example.com":                             `origin 1 of 1: "https://*.example.com" has a wildcard: name each origin`,
		"https://*":                                         `origin 1 of 1: "https://*" has a wildcard: name each origin`,
		"*,https://h5.example.com":                          `origin 1 of 2: "*" lets every page call, so it must stand alone`,
		"https://h5.example.com,*":                          `origin 2 of 2: "*" lets every page call, so it must stand alone`,
		"null":                                              `origin 1 of 1: "null" is what files and sandboxed frames send, whoever made them: serve the page from an origin of its own`,
		"https://h5.example.com,":                           "origin 2 of 2 is empty",
		"https://h5.example.com, http://localhost:5173":     "origin 2 of 2 has a blank: separate origins by commas alone",
		"https://h5.example.com http://localhost:5173":      "origin 1 of 1 has a blank: separate origins by commas alone",
		"https://h5.example.com:port":                       `origin 1 of 1: "https://h5.example.com:port" is no origin such as https://h5.example.com or http://localhost:5173`,
		"https://h5.example.com:080":                        `origin 1 of 1: "https://h5.example.com:080" is no origin such as https://h5.example.com or http://localhost:5173`,
		"https://网页.example.com":                            `origin 1 of 1: "https://网页.example.com" is sent by browsers in another form, with xn--: write what location.origin says in the page's console`,
		"https://[::1]":                                     `origin 1 of 1: "https://[::1]" is no origin such as https://h5.example.com or http://localhost:5173`,
		"https://":                                          `origin 1 of 1: "https://" is no origin such as https://h5.example.com or http://localhost:5173`,
		"https://h5.example.com\x00":                        `origin 1 of 1: "https://h5.example.com\x00" is no origin such as https://h5.example.com or http://localhost:5173`,
		"https://h5.example.com\nhttps://other.example.com": "origin 1 of 1 has a blank: separate origins by commas alone",
	} {
		if origins, err := ParseOrigins(list); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v\nwant %s", list, origins, err, want)
		}
		if _, right, ok := strings.Cut(want, ": write "); ok && strings.HasPrefix(right, "http") {
			if _, err := ParseOrigins(right); err != nil {
				t.Errorf("%q: what it says to write is refused: %v", list, err)
			}
		}
	}
}

func TestOrigins(t *testing.T) {
	for list, want := range map[string][]string{
		"":                         nil,
		"*":                        {"*"},
		page:                       {page},
		page + ":8443":             {page + ":8443"},
		"https://localhost":        {"https://localhost"},
		"https://xn--ses554g.site": {"https://xn--ses554g.site"},
		"http://localhost,http://localhost:8080,http://127.0.0.1:10086": {"http://localhost", "http://localhost:8080", "http://127.0.0.1:10086"},
	} {
		if got, err := ParseOrigins(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
}
