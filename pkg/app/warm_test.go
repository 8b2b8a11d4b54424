package app

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// outage stands in for something that a function calls. It hangs, or fails at once.
type outage struct {
	requests atomic.Int32
	url      string
}

func newOutage(t *testing.T, hangs bool) *outage {
	t.Helper()
	o, over := &outage{}, make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		o.requests.Add(1)
		if hangs {
			<-over
		}
		w.WriteHeader(http.StatusInternalServerError)
	}))
	o.url = server.URL
	t.Cleanup(func() {
		close(over)
		server.Close()
	})
	return o
}

// A start does not wait for somebody else's outage. The requests after it retry as
// usual.
func TestWarmIsBoundedAndTriesOnce(t *testing.T) {
	for name, hangs := range map[string]bool{"all hang": true, "all fail": false} {
		t.Run(name, func(t *testing.T) {
			parts := map[string]*outage{}
			settings := goodSettings()
			for _, part := range []string{"WECHAT_API_BASE", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"} {
				parts[part] = newOutage(t, hangs)
				settings[part] = parts[part].url
			}
			f, err := made(needs.All&^needs.Services, settings)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			f.warm(ctx)
			// One attempt would take 2 s, all of them 6 s.
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			for part, o := range parts {
				if n := o.requests.Load(); n != 1 {
					t.Errorf("%s: %d requests, want 1", part, n)
				}
			}
			if hangs {
				return
			}
			store := parts["AWS_ENDPOINT_URL_DYNAMODB"]
			if _, err := f.config.Store.LoadRecord(ctx, "x"); err == nil || store.requests.Load() < 3 {
				t.Errorf("after the start: %v after %d requests", err, store.requests.Load()-1)
			}
			vault := parts["AWS_ENDPOINT_URL_SECRETS_MANAGER"]
			if _, err := f.config.Secrets.Secret(ctx); err == nil || vault.requests.Load() != 4 {
				t.Errorf("after the start: %v after %d requests, want 3", err, vault.requests.Load()-1)
			}
		})
	}
}

// Whichever part hangs, INIT continues after 500 ms.
func TestWarmTakesHalfASecond(t *testing.T) {
	for _, hangs := range []string{"store", "secret"} {
		t.Run(hangs, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &function{}
				for _, part := range []string{"store", "secret"} {
					f.steps = append(f.steps, step{part, func(ctx context.Context) error {
						if part != hangs {
							return nil
						}
						<-ctx.Done()
						return ctx.Err()
					}})
				}
				began := time.Now()
				f.warm(t.Context())
				if took := time.Since(began); took != 500*time.Millisecond || f.warming.Load() {
					t.Errorf("it took %v, and goes on: %v", took, f.warming.Load())
				}
			})
		})
	}
}

// The function fetches the secret with its role's credentials, in its Region.
func TestSecretIsAskedForByTheRole(t *testing.T) {
	double := &secretstest.Server{
		Access: aws.Credentials{AccessKeyID: "MARK-id", SecretAccessKey: "MARK-key", SessionToken: "MARK-session"}, Region: "cn-north-1",
	}
	double.Put("MARK-secret", `{"appId":"wx0123456789abcdef","appSecret":"MARK","sealKey":"MARK-0123456789-0123456789-0123456789-0123456"}`)
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	settings := goodSettings()
	settings["AWS_REGION"], settings["AWS_SESSION_TOKEN"] = "cn-north-1", "MARK-session"
	settings["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = server.URL
	f, err := made(needs.Token|needs.Secret, settings)
	if err != nil {
		t.Fatal(err)
	}
	if secret, err := f.config.Secrets.Secret(t.Context()); err != nil || secret.DefaultApp != "wx0123456789abcdef" {
		t.Errorf("got %v, %v", secret, err)
	}
}

// All calls to AWS use the transport that drops connections that went stale while the
// function was frozen: the secret can be fetched anew after minutes of that.
func TestConnectionsToAWSAreThawed(t *testing.T) {
	closed := make(chan string, 8)
	settings := goodSettings()
	for _, setting := range []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
		}))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				closed <- setting
			}
		}
		server.Start()
		t.Cleanup(server.Close)
		settings[setting] = server.URL
	}
	f, err := made(needs.Token|needs.Secret, settings)
	if err != nil {
		t.Fatal(err)
	}
	f.warm(t.Context())
	idle, ok := f.transport.(*upstream.Transport)
	if !ok {
		t.Fatalf("the transport is a %T", f.transport)
	}
	idle.CloseIdleConnections()
	found := map[string]bool{}
	for range 2 {
		select {
		case setting := <-closed:
			found[setting] = true
		case <-time.After(30 * time.Second):
			t.Fatalf("only those of %v are closed", found)
		}
	}
	if len(found) != 2 {
		t.Errorf("those of %v are closed", found)
	}
}

// A function opens connections only to what it uses.
func TestWarmAsksWhatIsUsedOnly(t *testing.T) {
	const dynamoDB, vault, weChat = "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "WECHAT_API_BASE"
	for name, c := range map[string]struct {
		needed needs.Set
		asked  []string
	}{
		"nothing":          {0, nil},
		"tokens":           {needs.Token, []string{dynamoDB}},
		"tokens, a secret": {needs.Token | needs.Secret, []string{dynamoDB, vault}},
		"a secret alone":   {needs.Secret, []string{vault}},
		"services":         {needs.Services, []string{vault}},
		"codes":            {needs.Code, []string{dynamoDB, vault, weChat}},
	} {
		t.Run(name, func(t *testing.T) {
			settings, around := goodSettings(), map[string]*outage{}
			for _, setting := range []string{dynamoDB, vault, weChat} {
				around[setting] = newOutage(t, false)
				settings[setting] = around[setting].url
			}
			f, err := made(c.needed, settings)
			if err != nil {
				t.Fatal(err)
			}
			f.warm(t.Context())
			for setting, o := range around {
				if got, want := o.requests.Load() > 0, slices.Contains(c.asked, setting); got != want {
					t.Errorf("%s is asked: %v, want %v", setting, got, want)
				}
			}
		})
	}
}

// A redirect would send the session's token to another host.
func TestNoRedirectIsFollowed(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(server.Close)
	settings := goodSettings()
	settings["AWS_ENDPOINT_URL"] = server.URL
	delete(settings, "AWS_ENDPOINT_URL_SECRETS_MANAGER")
	f, err := made(needs.Token|needs.Secret, settings)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.config.Secrets.Secret(t.Context()); err == nil || calls != 1 {
		t.Errorf("%v after %d calls, want 1", err, calls)
	}
}

func TestAttemptIsBounded(t *testing.T) {
	o := newOutage(t, true)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := awsConfig(Settings{}, newTransport(), new(atomic.Bool)).HTTPClient.Do(request)
	if err == nil {
		response.Body.Close()
	}
	if !os.IsTimeout(err) || ctx.Err() != nil {
		t.Errorf("got %v", err)
	}
}
