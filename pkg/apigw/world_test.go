package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	appID     = "wx0123456789abcdef"
	appSecret = "MARK-app-secret"
	sealKey   = "MARK-seal-key-0123456789012345678901234567890"
	password  = "MARK-password"
)

// world is the handlers on an in-memory store and the stand-in over HTTP.
type world struct {
	*testing.T
	store   *storetest.Memory
	wechat  *wechattest.Server
	service *login.Service
	log     *bytes.Buffer
}

func newWorld(t *testing.T) *world {
	w := &world{
		T: t, store: &storetest.Memory{}, log: &bytes.Buffer{},
		wechat: wechattest.New(wechattest.Config{Apps: map[string]string{appID: appSecret}}),
	}
	server := httptest.NewServer(w.wechat)
	t.Cleanup(server.Close)
	w.service = w.serviceOn(server.URL, w.store)
	if err := w.store.AddUser(t.Context(), login.User{
		ID: "u1", Username: "demo", Name: "Demo", PasswordHash: password, Apps: map[string]login.UserApp{},
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

// stores are the ports that one store implements.
type stores interface {
	login.Bindings
	login.Sessions
	login.Users
	login.UserAdmin
	login.Ephemeral
}

func (w *world) serviceOn(base string, s stores) *login.Service {
	client, err := wechat.New(wechat.Config{Base: base})
	if err != nil {
		w.Fatal(err)
	}
	return login.New(login.Config{
		WeChat: client, Secrets: vault{}, Bindings: s, Sessions: s, Users: s, UserAdmin: s, Ephemeral: s,
		Hasher: plain{}, Username: func(raw string) (string, error) {
			if raw == "" {
				return "", login.UsernameMissing
			}
			return strings.ToLower(raw), nil
		},
	})
}

// answer is what a client sees.
type answer struct {
	status int
	header map[string]string
	body   map[string]any
	text   string
}

func (w *world) invoke(ctx context.Context, route apigw.Route, event any) answer {
	w.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		w.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	out, err := apigw.New(apigw.Config{Service: w.service, Logger: logger}, route).Invoke(ctx, payload)
	if err != nil {
		w.Fatal(err)
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &response); err != nil {
		w.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Headers, text: response.Body}
	if err := json.Unmarshal([]byte(response.Body), &a.body); err != nil {
		w.Fatalf("the body is not JSON: %v", err)
	}
	return a
}

func get(query string) events.APIGatewayV2HTTPRequest {
	return events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawQueryString: query,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RequestID: "JKJaXmPLvHcESHA=",
			HTTP:      events.APIGatewayV2HTTPRequestContextHTTPDescription{SourceIP: "192.0.2.1"},
		},
	}
}

func post(contentType, body string) events.APIGatewayV2HTTPRequest {
	e := get("")
	e.Headers = map[string]string{"content-type": contentType}
	e.Body = body
	return e
}

// lastLine is the newest line of the log.
func (w *world) lastLine() map[string]any {
	w.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		w.Fatal(err)
	}
	return line
}

type vault struct{}

func (vault) Secret(context.Context) (*login.Secret, error) {
	return &login.Secret{
		DefaultApp: appID,
		Apps:       map[string]login.App{appID: {ID: appID, Secret: appSecret}},
		SealKeys:   []login.SealKey{{ID: "1", Key: sealKey}},
	}, nil
}

func (v vault) Refetch(ctx context.Context) (*login.Secret, error) { return v.Secret(ctx) }

// plain hashes nothing; pkg/password has its own tests.
type plain struct{}

func (plain) Hash(_ context.Context, p login.Hidden) (login.Hidden, error) { return p, nil }

func (plain) Verify(_ context.Context, hash, p login.Hidden) (ok, outdated bool, err error) {
	return hash != "" && hash == p, false, nil
}
