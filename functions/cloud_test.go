package functions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	appSecret = "an-appsecret-that-must-not-show"
	sealKey   = "a-seal-key-that-must-not-show-0123456789012"
)

// binaries holds what is built once for all tests.
var binaries struct {
	sync.Mutex
	folder string
	paths  map[string]string
}

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "wxbind-functions")
	if err != nil {
		panic(err)
	}
	binaries.folder, binaries.paths = folder, map[string]string{}
	status := m.Run()
	os.RemoveAll(folder)
	os.Exit(status)
}

// built returns the bootstrap of the main package in a folder.
func built(tb testing.TB, folder string) string {
	tb.Helper()
	binaries.Lock()
	defer binaries.Unlock()
	if path, ok := binaries.paths[folder]; ok {
		return path
	}
	path := lambdatest.Build(tb, folder, fmt.Sprintf("%s/%d", binaries.folder, len(binaries.paths)))
	binaries.paths[folder] = path
	return path
}

// cloud is what surrounds a function: DynamoDB, Secrets Manager, WeChat.
type cloud struct {
	testing.TB
	wechat  *wechattest.Server
	secrets *secretstest.Server
	store   *dynamostore.Store
	// settings are the environment of a function.
	settings map[string]string
}

func newCloud(tb testing.TB) *cloud {
	endpoint := dynamotest.Endpoint(tb)
	client := dynamotest.Client(endpoint)
	tables := dynamotest.NewTables(tb, client)
	c := &cloud{
		TB:      tb,
		wechat:  wechattest.New(wechattest.Config{Apps: events.AppSecrets(appSecret)}),
		secrets: newSecrets(),
		store:   dynamostore.New(dynamostore.Config{Client: client, Tables: tables}),
	}
	weChat, vault := httptest.NewServer(c.wechat), httptest.NewServer(c.secrets)
	tb.Cleanup(weChat.Close)
	tb.Cleanup(vault.Close)
	c.settings = map[string]string{
		"WXBIND_STACK":                     "wxbind",
		"WXBIND_SECRET_ID":                 "wxbind",
		"WXBIND_SERVICES_SECRET_ID":        "wxbind-services",
		"WXBIND_BINDINGS_TABLE":            tables.Bindings,
		"WXBIND_SESSIONS_TABLE":            tables.Sessions,
		"WXBIND_USERS_TABLE":               tables.Users,
		"WXBIND_EPHEMERAL_TABLE":           tables.Ephemeral,
		"WXBIND_AVATAR_HOSTS":              "img.example.com",
		"WXBIND_OUTBOX_TABLE":              tables.Outbox,
		"WECHAT_API_BASE":                  weChat.URL,
		"AWS_ENDPOINT_URL_DYNAMODB":        endpoint,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": vault.URL,
	}
	return c
}

// newSecrets makes a Secrets Manager with both secrets.
func newSecrets() *secretstest.Server {
	vault := &secretstest.Server{}
	vault.Put("wxbind", secret())
	vault.Put("wxbind-services", services())
	return vault
}

// secret is the value in Secrets Manager.
func secret() string { return events.SecretText(appSecret, sealKey) }

// services is the value of the services' secret.
func services() string {
	return fmt.Sprintf(`{"services":[{"id":%q,"key":%q}]}`, events.ServiceID, events.ServiceKey)
}

// addUsers stores the users that the events name.
func (c *cloud) addUsers() {
	c.Helper()
	for id, name := range map[string]string{events.UserID: events.Username, events.OtherUserID: events.OtherUsername} {
		err := c.store.AddUser(c.Context(), login.User{
			ID: id, Username: name, Name: name,
			CreatedAt: time.Now().UTC(), Apps: map[string]login.UserApp{},
		}, login.NewPassword(passwordHash()))
		if err != nil {
			c.Fatal(err)
		}
	}
}

// start runs a function in this cloud.
func (c *cloud) start(name string) *lambdatest.Process {
	c.Helper()
	return lambdatest.Start(c, built(c, "./"+name), c.settings)
}

// instance is a running function, whatever runs it.
type instance interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
	Stop()
	// Log is all that it has written, once it is stopped.
	Log() string
}

// answer is a function's answer to a client.
type answer struct {
	lambdaevents.APIGatewayV2HTTPResponse
	fields map[string]any
}

// output returns what a function answers to an event, whatever it is.
func (c *cloud) output(p instance, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.Context(), 30*time.Second)
	defer cancel()
	return p.Invoke(ctx, event)
}

func (c *cloud) invoke(p instance, event []byte) answer {
	c.Helper()
	out, err := c.output(p, event)
	if err != nil {
		c.Fatalf("%v\n%s", err, p.Log())
	}
	var a answer
	if err := json.Unmarshal(out, &a.APIGatewayV2HTTPResponse); err != nil {
		c.Fatal(err)
	}
	if err := json.Unmarshal(events.InJSON([]byte(a.Body)), &a.fields); err != nil {
		c.Fatalf("no envelope: %q", a.Body)
	}
	return a
}

func checkBind(code string) []byte {
	event, err := json.Marshal(lambdaevents.APIGatewayV2HTTPRequest{
		Version: "2.0", RawQueryString: "code=" + code,
		RequestContext: lambdaevents.APIGatewayV2HTTPRequestContext{
			RequestID: "local",
			HTTP:      lambdaevents.APIGatewayV2HTTPRequestContextHTTPDescription{SourceIP: "192.0.2.1"},
		},
	})
	if err != nil {
		panic(err)
	}
	return event
}
