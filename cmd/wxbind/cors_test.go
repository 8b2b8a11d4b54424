package main

import (
	"net/http"
	"strings"
	"testing"
)

// ask sends a request with these headers, each a name and a value, and follows no redirect.
func (s *server) ask(method, path string, headers ...string) *http.Response {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.url+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { response.Body.Close() })
	return response
}

// A page of an origin that is named may call every route, and read every answer, also those of the probes.
func TestServeToPages(t *testing.T) {
	const page, local = "https://h5.example.com", "http://localhost:5173"
	for name, c := range map[string]struct {
		flags   []string
		env     []string
		allowed map[string]string // by origin
	}{
		"by default nobody": {nil, nil, map[string]string{page: "", local: ""}},
		"two flags":         {[]string{"--cors-origin", page, "--cors-origin", local}, nil, map[string]string{page: page, local: local, "https://evil.example": ""}},
		"a list":            {[]string{"--cors-origin", page + "," + local}, nil, map[string]string{page: page, local: local}},
		"the variable":      {nil, []string{"WXBIND_CORS_ORIGINS=" + page}, map[string]string{page: page, local: ""}},
		"the flag goes first": {
			[]string{"--cors-origin", local}, []string{"WXBIND_CORS_ORIGINS=" + page}, map[string]string{page: "", local: local},
		},
		"every page": {[]string{"--cors-origin", "*"}, nil, map[string]string{page: "*", "null": "*"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServerWith(t, append(c.flags, "--data", t.TempDir()), c.env...)
			for origin, want := range c.allowed {
				for path, status := range map[string]int{
					"/mobileApi/user/checkBind?code=alice-1": 200, "/mobileApi/user/info": 401, "/api/sample/whoami": 403, "/nowhere": 404,
					"/healthz": 200, "/readyz": 200,
				} {
					r := s.ask(http.MethodGet, path, "Origin", origin)
					if got := r.Header.Get("Access-Control-Allow-Origin"); r.StatusCode != status || got != want {
						t.Errorf("%s from %s: %d, may read %q, want %d %q", path, origin, r.StatusCode, got, status, want)
					}
				}
				r := s.ask(http.MethodOptions, "/mobileApi/user/bind", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
				status := http.StatusNoContent
				if name == "by default nobody" {
					status = http.StatusNotFound
				}
				if got := r.Header.Get("Access-Control-Allow-Origin"); r.StatusCode != status || got != want {
					t.Errorf("a preflight from %s: %d %q, want %d %q", origin, r.StatusCode, got, status, want)
				}
				if got := r.Header.Get("Access-Control-Allow-Headers"); (got == "authorization,content-type,x-token") != (want != "") {
					t.Errorf("a preflight from %s: it may send %q", origin, got)
				}
				if got := r.Header.Get("Access-Control-Allow-Methods"); (got == "DELETE,GET,POST") != (want != "") {
					t.Errorf("a preflight from %s: it may %q", origin, got)
				}
			}
			s.interrupt()
		})
	}
}

// What is wrong about an origin is named at start, by the flag or the variable that it came from.
func TestServeNamesWrongOrigins(t *testing.T) {
	for name, c := range map[string]struct {
		args     []string
		variable string
		want     string
	}{
		"a slash":                {[]string{"--cors-origin", "https://h5.example.com/"}, "", `settings: --cors-origin (origin 1 of 1: "https://h5.example.com/" ends in a slash`},
		"the second flag":        {[]string{"--cors-origin", "https://h5.example.com", "--cors-origin", "http://h5.example.com"}, "", "--cors-origin (origin 2 of 2"},
		"everybody and somebody": {[]string{"--cors-origin", "*", "--cors-origin", "https://h5.example.com"}, "", "must stand alone"},
		"an empty flag":          {[]string{"--cors-origin", ""}, "", "--cors-origin (is empty"},
		"the variable":           {nil, "null", "WXBIND_CORS_ORIGINS (origin 1 of 1"},
		"a path with a secret":   {nil, "https://h5.example.com/?token=MARK", "WXBIND_CORS_ORIGINS (origin 1 of 1 has a path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(envCORSOrigins, c.variable)
			args := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, c.args...)
			status, _, errors := command(t, "", args...)
			if status != 1 || !strings.Contains(errors, c.want) || strings.Count(errors, "\n") != 1 || strings.Contains(errors, "MARK") {
				t.Errorf("status %d: %s", status, errors)
			}
		})
	}
}
