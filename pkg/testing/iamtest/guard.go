package iamtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Config configures a Guard.
type Config struct {
	Policy Policy
	// Tables are the template's tables, by their names in DynamoDB.
	Tables map[string]Table
	// DynamoDB and SecretsManager are the URLs behind the guard.
	DynamoDB, SecretsManager string
}

// Guard is a server that forwards what a policy allows, and answers everything else as AWS does. It is safe for
// concurrent use.
type Guard struct {
	// URL is the endpoint of both services.
	URL    string
	config Config

	mu            sync.Mutex
	used, refused []Access
	misunderstood []error
}

// NewGuard starts a guard for one test.
func NewGuard(tb testing.TB, c Config) *Guard {
	tb.Helper()
	g := &Guard{config: c}
	server := httptest.NewServer(g.before(tb))
	g.URL = server.URL
	tb.Cleanup(server.Close)
	return g
}

// Used returns the accesses of the requests that were let through.
func (g *Guard) Used() []Access {
	g.mu.Lock()
	defer g.mu.Unlock()
	return sorted(slices.Clone(g.used))
}

// Refused returns the accesses that requests lacked.
func (g *Guard) Refused() []Access {
	g.mu.Lock()
	defer g.mu.Unlock()
	return sorted(slices.Clone(g.refused))
}

// Misunderstood returns an error for each request whose needs the guard does not know. Such requests were refused.
func (g *Guard) Misunderstood() []error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.misunderstood)
}

func (g *Guard) before(tb testing.TB) http.Handler {
	tb.Helper()
	services := map[string]http.Handler{}
	for prefix, text := range map[string]string{dynamoDB: g.config.DynamoDB, secretsManager: g.config.SecretsManager} {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			tb.Fatalf("iamtest: %q is not the URL of a service", text)
		}
		services[prefix] = &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) },
			// A client that disconnects is not worth a line.
			ErrorLog:     log.New(io.Discard, "", 0),
			ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has disconnected
		}
		target := r.Header.Get("X-Amz-Target")
		if missing, ok := g.judge(target, body); !ok {
			refuse(w, missing)
			return
		}
		service, _, _ := strings.Cut(target, ".")
		r.Body = io.NopCloser(bytes.NewReader(body))
		services[service+"."].ServeHTTP(w, r)
	})
}

// judge reports whether a request is allowed, and if not, the first missing access. AWS executes no part of a request
// that lacks one.
func (g *Guard) judge(target string, body []byte) (missing Access, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	asked, err := accessesOf(target, body, g.config.Tables)
	if err != nil {
		g.misunderstood = append(g.misunderstood, err)
		return Access{Action: target, Resource: "*"}, false
	}
	for _, together := range asked {
		if !g.config.Policy.Allows(together...) {
			g.refused = append(g.refused, together...)
			return together[0], false
		}
	}
	g.used = append(g.used, slices.Concat(asked...)...)
	return Access{}, true
}

// refuse answers as AWS does when the role's policy does not allow something.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func refuse(w http.ResponseWriter, a Access) {
	kind := "AccessDeniedException"
	if strings.HasPrefix(a.Action, "dynamodb:") {
		kind = "com.amazon.coral.service#" + kind
	}
	message := fmt.Sprintf("User: arn:aws:sts::000000000000:assumed-role/tested/local is not authorized to perform: %s on resource: %s"+
		" because no identity-based policy allows the %[1]s action", a.Action, a.Resource)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Requestid", "REFUSED")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "Message": message}) // the client may have disconnected
}
