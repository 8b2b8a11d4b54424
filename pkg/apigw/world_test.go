package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	appID       = "wx0123456789abcdef"
	secondAppID = "wxfedcba9876543210"
	// openAppID lets people register, and knows those of secondAppID by their unionid.
	openAppID   = "wx0123456789fedcba"
	appSecret   = "MARK-app-secret"
	indexKey    = "MARK-index-key-0123456789012345678901234567890"
	sealKey     = "MARK-seal-key-0123456789012345678901234567890"
	password    = "MARK-password"
	serviceID   = "orders"
	prefetchKey = "MARK-prefetch-key-0123456789"
	// serviceKey has characters that a form encodes.
	serviceKey = "MARK+service/key=0123456789012345678901234567890"
)

// world has the handlers, on a store in memory and on the stand-in over HTTP.
type world struct {
	*testing.T
	store  *storetest.Memory
	wechat *wechattest.Server
	// weChatURL is where wechat listens.
	weChatURL string
	service   *login.Service
	log       *bytes.Buffer
	// origin finds the callers' addresses; nil trusts no proxy.
	origin *origin.Finder
	// ahead is how far the service's clock is ahead.
	ahead time.Duration
	// codes is how many codes have been handed out.
	codes int
}

func newWorld(t *testing.T) *world {
	w := &world{
		T: t, store: &storetest.Memory{}, log: &bytes.Buffer{},
		wechat: wechattest.New(wechattest.Config{Apps: map[string]string{appID: appSecret, secondAppID: appSecret, openAppID: appSecret}}),
	}
	server := httptest.NewServer(w.wechat)
	t.Cleanup(server.Close)
	w.weChatURL = server.URL
	w.service = w.serviceOn(server.URL, w.store)
	if err := w.store.AddUser(t.Context(), login.User{
		ID: "u1", Username: "demo", Name: "Demo", Apps: map[string]login.UserApp{},
	}, login.NewPassword(password)); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) serviceOn(base string, s login.AdminStore) *login.Service {
	client, err := wechat.New(wechat.Config{Base: base})
	if err != nil {
		w.Fatal(err)
	}
	c := configOn(s)
	c.WeChat = client
	c.Now = w.now
	return login.New(c)
}

func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

// configOn configures a service on a store that accepts every code.
func configOn(s login.AdminStore) login.Config {
	c := logintest.Config(s)
	c.WeChat = anyone{}
	c.Secrets = &logintest.Secrets{Held: &login.Secret{
		DefaultApp: appID,
		Apps: map[string]login.App{
			appID: {ID: appID, Secret: appSecret, PrefetchKey: prefetchKey}, secondAppID: {ID: secondAppID, Secret: appSecret},
			openAppID: {ID: openAppID, Secret: appSecret, Policy: login.Policy{
				Register: []login.Registration{login.RegisterAsk, login.RegisterPhone}, PhoneTrust: login.DefaultPhoneTrust, LinkUnionID: true,
			}},
		},
		IndexKey: indexKey,
		SealKeys: []login.SealKey{{ID: "1", Key: sealKey}},
	}}
	c.Services = logintest.Services{{ID: serviceID, Key: serviceKey}}
	return c
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
	return w.invokeOf(ctx, event, route)
}

// invokeOf sends an event to a function of these routes.
func (w *world) invokeOf(ctx context.Context, event any, routes ...apigw.Route) answer {
	w.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		w.Fatal(err)
	}
	out, err := apigw.New(apigw.Config{Service: w.service, Log: w.requestLog(), Origin: w.origin}, routes...).Invoke(ctx, payload)
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
	// The name of a header has another case on each platform, so the wait also stands in the body.
	wait, told := a.body["retryAfter"]
	if again := a.body["action"] == "retry" || a.body["action"] == "wait"; told != again || told && fmt.Sprint(wait) != a.header["retry-after"] || !told && a.header["retry-after"] != "" {
		w.Errorf("status %d with retry-after %q: %s", a.status, a.header["retry-after"], a.text)
	}
	return a
}

// requestLog returns the log of a Lambda function, which has metrics.
func (w *world) requestLog() *requestlog.Log {
	return requestlog.New(requestlog.Config{Output: w.log, Stack: "prod"})
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

// lines returns the lines of the log, each of which is a request's.
func (w *world) lines() []map[string]any {
	w.Helper()
	var lines []map[string]any
	for text := range strings.Lines(w.log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			w.Fatal(err)
		}
		if line["msg"] != "request" {
			w.Errorf("a line that is no request's: %s", text)
		}
		lines = append(lines, line)
	}
	return lines
}

// events returns the lines of requests that were security events.
func (w *world) events() []map[string]any {
	w.Helper()
	return slices.DeleteFunc(w.lines(), func(line map[string]any) bool { return line["event"] == nil })
}

// lastLine returns the line of the newest request.
func (w *world) lastLine() map[string]any {
	w.Helper()
	lines := w.lines()
	if len(lines) == 0 {
		w.Fatal("no request is logged")
	}
	return lines[len(lines)-1]
}
