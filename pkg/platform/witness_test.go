package platform_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// witness stands between the client and a directory, and checks both against openapi.yaml. It returns the URL to use
// instead.
func witness(t *testing.T, to string) string {
	t.Helper()
	check := theContract(t)
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		asked := func(ctx context.Context) *http.Request {
			again := r.Clone(ctx)
			again.Body, again.RequestURI = io.NopCloser(bytes.NewReader(body)), ""
			return again
		}
		if wrong := check.Request(asked(r.Context())); wrong != "" {
			t.Errorf("openapi.yaml refuses the request: %s", wrong)
		}
		out := asked(r.Context())
		out.URL.Scheme, out.URL.Host = target.Scheme, target.Host
		answer, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			panic(http.ErrAbortHandler) // as if the directory had broken off itself
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Error(err)
		}
		answer.Body = io.NopCloser(bytes.NewReader(text))
		if wrong := check.Answer(asked(r.Context()), answer); wrong != "" {
			t.Errorf("openapi.yaml refuses the answer %d %s: %s", answer.StatusCode, text, wrong)
		}
		w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(text)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
