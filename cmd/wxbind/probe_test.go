package main

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProbeSaysWhetherWxbindIsWell(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/healthz", http.StatusFound)
		case "/index.html":
			w.Write([]byte("<!doctype html>"))
		case "/endless":
			for r.Context().Err() == nil {
				w.Write([]byte(probeOK))
			}
		case "/readyz":
			answerProbe(w, http.StatusServiceUnavailable, "store unavailable")
		default:
			answerProbe(w, http.StatusOK, "ok")
		}
	}))
	defer server.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	secure := httptest.NewTLSServer(server.Config.Handler)
	defer secure.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	foreign := answers(t, "SSH-2.0-\x1b[2J\r\n\r\n")
	silent := answers(t, "")
	for name, row := range map[string]struct {
		url    string
		status int
		said   string
	}{
		"well":                                 {server.URL + "/healthz", 0, ""},
		"not ready":                            {server.URL + "/readyz", 1, "wxbind: " + server.URL + "/readyz: status 503\n"},
		"moved":                                {server.URL + "/moved", 1, "wxbind: " + server.URL + "/moved: status 302\n"},
		"gone":                                 {gone.URL, 1, "wxbind: " + gone.URL + ": nobody listens there\n"},
		"a page of a proxy, for every address": {server.URL + "/index.html", 1, "/index.html: the answer is not that of wxbind's probes"},
		"no end":                               {server.URL + "/endless", 1, "/endless: the answer is not that of wxbind's probes"},
		"no HTTP":                              {foreign, 1, "wxbind: " + foreign + ": no HTTP is spoken there\n"},
		"no word":                              {silent, 1, "wxbind: " + silent + ": the other end closed it\n"},
		"no TLS":                               {strings.Replace(server.URL, "http:", "https:", 1), 1, ": no TLS is spoken there\n"},
		"a certificate of nobody's":            {secure.URL, 1, ": its certificate is not trusted\n"},
		"no name":                              {"http://wxbind.invalid/", 1, "wxbind.invalid\n"},
		"no address":                           {"127.0.0.1:3000", 1, "is no address such as http://127.0.0.1:3000/readyz"},
		"no host":                              {"http:///readyz", 1, "is no address"},
		"another way":                          {"ftp://127.0.0.1/readyz", 1, "is no address"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, said := command(t, "", "probe", row.url)
			if status != row.status || !strings.Contains(said, row.said) || (out == "ok\n") != (status == 0) {
				t.Errorf("status %d: %s%s", status, out, said)
			}
		})
	}
}

// answers is the URL of a server that answers each connection with a text, and closes it.
func answers(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			_, _ = conn.Write([]byte(text))
			conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}
