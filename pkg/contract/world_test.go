package contract_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/username"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const appSecret = "the AppSecret"

// world is the handlers in the state that package events describes.
type world struct {
	wechat *wechattest.Server
	config login.Config
}

// stores are the ports that a store implements.
type stores interface {
	login.Bindings
	login.Sessions
	login.Users
	login.UserAdmin
	login.Ephemeral
}

var hasher = password.New(password.Config{})

var hashOnce = sync.OnceValues(func() (login.Hidden, error) {
	return hasher.Hash(context.Background(), events.Password)
})

// hashOfDemo is the hash of events.Password.
func hashOfDemo(t *testing.T) login.Hidden {
	t.Helper()
	hash, err := hashOnce()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func newWorld(t *testing.T, store stores) *world {
	t.Helper()
	w := &world{wechat: wechattest.New(wechattest.Config{Apps: map[string]string{events.AppID: appSecret}})}
	server := httptest.NewServer(w.wechat)
	t.Cleanup(server.Close)
	client, err := wechat.New(wechat.Config{Base: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	w.config = login.Config{
		WeChat: client, Secrets: vault{}, Bindings: store, Sessions: store, Users: store, UserAdmin: store,
		Ephemeral: store, Hasher: hasher, Username: username.Fold,
	}
	w.addUser(t, login.User{ID: "u-demo", Username: events.Username, Name: "Demo", PasswordHash: hashOfDemo(t)})
	return w
}

func newMemoryWorld(t *testing.T) *world { return newWorld(t, &storetest.Memory{}) }

func (w *world) addUser(t *testing.T, u login.User) {
	t.Helper()
	u.Apps = map[string]login.UserApp{}
	if err := w.config.UserAdmin.AddUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// play gives an event to a function, and its answer as a client sees it.
func (w *world) play(t *testing.T, route apigw.Route, payload []byte) *http.Response {
	t.Helper()
	handler := apigw.New(apigw.Config{Service: login.New(w.config), Logger: slog.New(slog.DiscardHandler)}, route)
	out, err := handler.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var answer lambda.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: answer.StatusCode, Header: header, Body: io.NopCloser(strings.NewReader(answer.Body))}
}

// bodyOf reads an answer's body and leaves it to be read again.
func bodyOf(t *testing.T, answer *http.Response) (text string, body struct {
	Code   int
	Error  login.Code
	Action login.Action
},
) {
	t.Helper()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body = io.NopCloser(strings.NewReader(string(read)))
	if err := json.Unmarshal(read, &body); err != nil {
		t.Fatalf("%v: %s", err, read)
	}
	return string(read), body
}

// bindEvent is an event for bind with this JSON as its body.
func bindEvent(t *testing.T, body string) []byte {
	t.Helper()
	return changed(t, "bind-good", func(e *lambda.APIGatewayV2HTTPRequest) { e.Body = body })
}

// changed is the event of a case with something else in it.
func changed(t *testing.T, name string, change func(*lambda.APIGatewayV2HTTPRequest)) []byte {
	t.Helper()
	c, err := events.CaseNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	var event lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(eventOf(t, c), &event); err != nil {
		t.Fatal(err)
	}
	change(&event)
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// routeOf is the route that a function serves.
func routeOf(t *testing.T, function string) apigw.Route {
	t.Helper()
	for _, r := range apigw.Routes {
		if r.Function == function {
			return r
		}
	}
	t.Fatalf("no route for functions/%s", function)
	return apigw.Route{}
}

// requestOf is the request that an event was made of.
func requestOf(t *testing.T, route apigw.Route, payload []byte) *http.Request {
	t.Helper()
	var event lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	body := event.Body
	if event.IsBase64Encoded {
		// An event may claim base64 and hold none; then there is no request to compare.
		if decoded, err := base64.StdEncoding.DecodeString(body); err == nil {
			body = string(decoded)
		}
	}
	r := httptest.NewRequest(route.Method, route.Path, strings.NewReader(body))
	r.URL.RawQuery = event.RawQueryString
	for name, value := range event.Headers {
		r.Header.Set(name, value)
	}
	return r
}

type vault struct{}

func (vault) Secret(context.Context) (*login.Secret, error) {
	return &login.Secret{
		DefaultApp: events.AppID,
		Apps:       map[string]login.App{events.AppID: {ID: events.AppID, Secret: appSecret}},
		SealKeys:   []login.SealKey{{ID: "0", Key: login.Hidden(strings.Repeat("k", 64))}},
	}, nil
}

func (v vault) Refetch(ctx context.Context) (*login.Secret, error) { return v.Secret(ctx) }
