package playground_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/localgw"
)

// pagePaths are all of the page's own.
var pagePaths = []string{
	"/", "/playground", "/playground/", "/playground/about", "/playground/store", "/playground/events", "/playground/act", "/playground/push",
	"/playground/page/x.js", "/playground/phone/runtime.js", "/playground/nothing",
}

// A name that a DNS server can give to this machine is refused before anything is looked at, on the API too: a page of that name
// would count as of the same origin.
func TestHosts(t *testing.T) {
	w := newWorld(t)
	port := w.url[strings.LastIndex(w.url, ":"):]
	for host, served := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1" + port: true, "localhost" + port: true, "localhost": true, "LocalHost:1": true, "[::1]" + port: true,
		"[::1]": true, "127.0.0.1:65535": true,
		"": false, ":3000": false, "evil.com": false, "127.0.0.1.evil.com": false, "127.0.0.1.nip.io" + port: false, "localhost.evil.com": false,
		"evil-localhost": false, "localhost.": false, "localhost.:3000": false, "127.0.0.1.": false, "127.0.0.2": false, "127.1": false, "0.0.0.0": false,
		"2130706433": false, "0x7f.0.0.1": false, "[::ffff:127.0.0.1]": false, "[::]": false, "::1": false, "[::1": false, "[::1]x": false,
		"[::1%25lo]": false, "localhost@evil.com": false, "evil.com@localhost": false, "localhost:evil.com": false, "localhost:80:80": false,
		"localhost:": false, "localhost:+80": false, "localhost:0": false, "localhost:65536": false, "localhost,evil.com": false, "10.0.0.1": false,
	} {
		for _, path := range append([]string{"/mobileApi/user/checkBind?code=alice-1", "/healthz", "/nothing"}, pagePaths...) {
			status := w.raw("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
			if refused := status == 421 || status == 400; refused == served { // net/http refuses by 400 what is no host at all
				t.Errorf("Host %q, %s: %d", host, path, status)
			}
		}
	}
	for name, request := range map[string]string{
		"no Host":               "GET / HTTP/1.0\r\n\r\n",
		"an absolute form":      "GET http://evil.com/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"an act":                "POST /playground/act HTTP/1.1\r\nHost: evil.com\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"a preflight":           "OPTIONS /mobileApi/user/bind HTTP/1.1\r\nHost: evil.com\r\nConnection: close\r\n\r\n",
		"what a proxy forwards": "GET / HTTP/1.1\r\nHost: evil.com\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n",
	} {
		if status := w.raw(request); status != 421 {
			t.Errorf("%s: %d", name, status)
		}
	}
	a := w.get("/playground/store", "Host", "evil.com")
	if a.json(t)["error"] != "host_not_local" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %s", a.Header, a.text)
	}
}

// raw sends a request as it is, and returns the status of the answer, of which only the beginning is read.
func (w *world) raw(request string) int {
	w.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		w.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		w.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		w.Fatalf("%q: %v", request, err)
	}
	return response.StatusCode // closing the body would wait for the end of a stream
}

// Pages of another origin can neither act nor read nor take a stream's place. Those of --cors-origin may call the API, and nothing
// else.
func TestOtherOrigins(t *testing.T) {
	const friend, stranger = "https://h5.example.com", "https://evil.com"
	const api, own = "/mobileApi/user/logout", "/playground/act"
	for _, c := range []struct {
		name    string
		origins []string
		method  string
		path    string
		headers []string
		refused bool
	}{
		{"curl acts", nil, "POST", own, nil, false},
		{"the page acts", nil, "POST", own, []string{"Sec-Fetch-Site", "same-origin"}, false},
		{"the page of an older browser acts", nil, "POST", own, []string{"Origin", "SELF"}, false},
		{"a stranger acts", nil, "POST", own, []string{"Sec-Fetch-Site", "cross-site", "Origin", stranger}, true},
		{"a stranger acts by an older browser", nil, "POST", own, []string{"Origin", stranger}, true},
		{"a page of another port acts", nil, "POST", own, []string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:8080"}, true},
		{"a file acts", nil, "POST", own, []string{"Origin", "null"}, true},
		{"a friend acts", []string{friend}, "POST", own, []string{"Sec-Fetch-Site", "cross-site", "Origin", friend}, true},
		{"anybody's friend acts", []string{"*"}, "POST", own, []string{"Sec-Fetch-Site", "cross-site", "Origin", friend}, true},
		{"a stranger has WeChat tell", nil, "POST", "/playground/push", []string{"Sec-Fetch-Site", "cross-site", "Origin", stranger}, true},
		{"anybody's friend has WeChat tell", []string{"*"}, "POST", "/playground/push", []string{"Sec-Fetch-Site", "cross-site", "Origin", friend}, true},
		{"curl calls", nil, "POST", api, nil, false},
		{"the page calls", nil, "POST", api, []string{"Sec-Fetch-Site", "same-origin", "Origin", "SELF"}, false},
		{"a stranger calls", nil, "POST", api, []string{"Sec-Fetch-Site", "cross-site", "Origin", stranger}, true},
		{"a stranger deletes", nil, "DELETE", "/mobileApi/user/account", []string{"Origin", stranger}, true},
		{"a stranger calls beside a friend", []string{friend}, "POST", api, []string{"Sec-Fetch-Site", "cross-site", "Origin", stranger}, true},
		{"a friend calls", []string{friend}, "POST", api, []string{"Sec-Fetch-Site", "cross-site", "Origin", friend}, false},
		{"anybody calls", []string{"*"}, "POST", api, []string{"Sec-Fetch-Site", "cross-site", "Origin", stranger}, false},
		{"a stranger reads the store", nil, "GET", "/playground/store", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"a stranger opens a stream", nil, "GET", "/playground/events", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"a friend reads the store", []string{friend}, "GET", "/playground/store", []string{"Sec-Fetch-Site", "cross-site", "Origin", friend}, true},
		{"a page of another port loads a script", nil, "GET", "/playground/phone/runtime.js", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"the page reads the store", nil, "GET", "/playground/store", []string{"Sec-Fetch-Site", "same-origin"}, false},
		{"an address that was typed", nil, "GET", "/playground/store", []string{"Sec-Fetch-Site", "none"}, false},
		{"a link to the page", nil, "GET", "/", []string{"Sec-Fetch-Site", "cross-site"}, false},
	} {
		w := newWorldWith(t, settings{cors: localgw.CORS{Origins: c.origins, Methods: []string{"POST"}}})
		for i := range c.headers {
			if c.headers[i] == "SELF" {
				c.headers[i] = w.url
			}
		}
		a := w.send(c.method, c.path, "", c.headers...)
		if refused := a.StatusCode == http.StatusForbidden; refused != c.refused {
			t.Errorf("%s: %d %s", c.name, a.StatusCode, a.text)
		}
		if c.refused && a.json(t)["error"] != "cross_origin" {
			t.Errorf("%s: %s", c.name, a.text)
		}
	}
}

// Each answer under the page's addresses, refusals too, keeps the browser from doing more than the page needs, and lets no
// other page read it, whatever --cors-origin says.
func TestHeadersOfThePage(t *testing.T) {
	w := newWorldWith(t, settings{cors: localgw.CORS{Origins: []string{"*"}, Methods: []string{"GET"}}})
	for _, path := range pagePaths {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "PUT"} {
			if method == "GET" && path == "/playground/events" {
				continue
			}
			a := w.send(method, path, "", "Origin", w.url, "Access-Control-Request-Method", "POST")
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; " +
					"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s %s: %s: %q", method, path, name, got)
				}
			}
			if cache := a.Header.Get("Cache-Control"); cache != "no-store" && cache != "no-cache" {
				t.Errorf("%s %s: Cache-Control: %s", method, path, cache)
			}
			for name := range a.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s: it has %s", method, path, name)
				}
			}
		}
	}
	// The API keeps its own headers.
	a := w.get("/mobileApi/user/checkBind?code=alice-1", "Origin", "https://h5.example.com")
	if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Content-Security-Policy") != "" {
		t.Errorf("the API's headers: %v", a.Header)
	}
}

// Another method than the one of an address is 405, and another address 404, as refusals that a program can read.
func TestMethodsAndAddresses(t *testing.T) {
	w := newWorld(t)
	for path, allowed := range map[string]string{
		"/": "GET", "/playground/about": "GET", "/playground/store": "GET", "/playground/events": "GET", "/playground/act": "POST", "/playground/push": "POST",
		"/playground/phone/runtime.js": "GET", "/playground/phone/example.js": "GET",
		"/playground": "", "/playground/": "", "/playground/x": "", "/playground/about/": "", "/playground/phone/": "", "/playground/phone/x.js": "",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
			if method == allowed {
				continue
			}
			want, name := 404, "not_found"
			if allowed != "" {
				want, name = 405, "method_not_allowed"
			}
			a := w.send(method, path, "")
			if a.StatusCode != want || a.Header.Get("Allow") != allowed {
				t.Errorf("%s %s: %d, Allow %q", method, path, a.StatusCode, a.Header.Get("Allow"))
			}
			if method != "HEAD" && a.json(t)["error"] != name {
				t.Errorf("%s %s: %s", method, path, a.text)
			}
		}
	}
	for _, path := range []string{
		"/playground/page/", "/playground/page/index.html", "/playground/page/../guard.go", "/playground/page/%2e%2e/guard.go", "/playground/page/..%2fguard.go",
		"/playground/page/..%5cguard.go", "/playground/page//", "/playground/page/nothing.js", "/playground/phone/..%2fpage%2findex.html",
		"/playground/page/%00.js",
	} {
		if status := w.raw(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
