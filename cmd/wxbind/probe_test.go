package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProbeSaysWhetherTheAnswerIs200(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/healthz", http.StatusFound)
		case "/readyz":
			answerProbe(w, http.StatusServiceUnavailable, "store unavailable")
		default:
			answerProbe(w, http.StatusOK, "ok")
		}
	}))
	defer server.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, row := range map[string]struct {
		url    string
		status int
		said   string
	}{
		"well":        {server.URL + "/healthz", 0, ""},
		"not ready":   {server.URL + "/readyz", 1, "wxbind: " + server.URL + "/readyz: status 503\n"},
		"moved":       {server.URL + "/moved", 1, "wxbind: " + server.URL + "/moved: status 302\n"},
		"gone":        {gone.URL, 1, "wxbind: " + gone.URL + ": connection refused\n"},
		"no address":  {"127.0.0.1:3000", 1, "is no address such as http://127.0.0.1:3000/readyz"},
		"no host":     {"http:///readyz", 1, "is no address"},
		"another way": {"ftp://127.0.0.1/readyz", 1, "is no address"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, said := command(t, "", "probe", row.url)
			if status != row.status || !strings.Contains(said, row.said) || (out == "ok\n") != (status == 0) {
				t.Errorf("status %d: %s%s", status, out, said)
			}
		})
	}
}
