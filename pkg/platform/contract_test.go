package platform_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/errors"
)

// contract is openapi.yaml.
func contract(t *testing.T) validator.Validator {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, errs := v.ValidateDocument(); !ok {
		t.Fatalf("openapi.yaml is no OpenAPI: %s", explain(errs))
	}
	return v
}

// witness stands between the client and a directory, and checks both against openapi.yaml. It returns the URL to use
// instead.
func witness(t *testing.T, to string) string {
	t.Helper()
	v := contract(t)
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
		if ok, errs := v.ValidateHttpRequestSync(asked(r.Context())); !ok {
			t.Errorf("openapi.yaml refuses the request: %s", explain(errs))
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
		if ok, errs := v.ValidateHttpResponse(asked(r.Context()), answer); !ok {
			t.Errorf("openapi.yaml refuses the answer %d %s: %s", answer.StatusCode, text, explain(errs))
		}
		w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(text)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func explain(errs []*errors.ValidationError) string {
	var lines []string
	for _, err := range errs {
		lines = append(lines, err.Message+": "+err.Reason)
		for _, s := range err.SchemaValidationErrors {
			lines = append(lines, "  "+s.FieldPath+": "+s.Reason)
		}
	}
	return strings.Join(lines, "\n")
}
