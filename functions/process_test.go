package functions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

var passwordHash = sync.OnceValue(func() login.Hidden {
	hash, err := password.New(password.Config{}).Hash(context.Background(), events.Password)
	if err != nil {
		panic(err)
	}
	return hash
})

// Two launches of a mini-program send the same code to two processes at the same time.
// Both get the identity, and both ask WeChat.
func TestRepeatedCodeInTwoProcesses(t *testing.T) {
	c := newCloud(t)
	first, second := c.start("checkbind"), c.start("checkbind")
	c.invoke(first, checkBind("warm-1"))
	c.invoke(second, checkBind("warm-2"))
	before := c.wechat.Calls()

	const code = "slow200ms-alice-1"
	answers := make([]answer, 2)
	var wg sync.WaitGroup
	for i, p := range []*lambdatest.Process{first, second} {
		wg.Go(func() { answers[i] = c.invoke(p, checkBind(code)) })
	}
	wg.Wait()
	for i, a := range answers {
		if a.fields["code"] != 301.0 || a.fields["openId"] != wechattest.OpenID(events.AppID, "alice") {
			t.Errorf("process %d: %s", i+1, a.Body)
		}
	}
	if calls := c.wechat.Calls() - before; calls != 2 {
		t.Errorf("%d calls to WeChat, want one of each", calls)
	}
	first.Stop()
	second.Stop()
	if log := first.Log() + second.Log(); strings.Count(log, `"repeated":true`) != 1 {
		t.Errorf("want one repeat in the log:\n%s", log)
	}
}

// A bind that is sent to two processes at the same time opens one session, and both answers have its token.
func TestRepeatedBindInTwoProcesses(t *testing.T) {
	c := newCloud(t)
	c.addUsers()
	event, err := json.Marshal(lambdaevents.APIGatewayV2HTTPRequest{
		Version: "2.0", Headers: map[string]string{"content-type": "application/json"},
		Body: fmt.Sprintf(`{"code":"slow200ms-alice-1","username":%q,"password":%q}`, events.Username, events.Password),
	})
	if err != nil {
		t.Fatal(err)
	}
	first, second := c.start("bind"), c.start("bind")
	answers := make([]answer, 2)
	var wg sync.WaitGroup
	for i, p := range []*lambdatest.Process{first, second} {
		wg.Go(func() { answers[i] = c.invoke(p, event) })
	}
	wg.Wait()
	if token := answers[0].fields["token"]; token == nil || token != answers[1].fields["token"] {
		t.Errorf("want one token: %s, %s", answers[0].Body, answers[1].Body)
	}
	sessions, err := c.store.SessionsOfUser(t.Context(), events.UserID)
	if err != nil || len(sessions) != 1 {
		t.Errorf("%d sessions, %v, want one", len(sessions), err)
	}
}

// optional are the settings without which checkbind starts: it is the real AWS and WeChat then, and there are no metrics and no notices.
// The last two are not checkbind's.
var optional = []string{
	"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "WECHAT_API_BASE", "WXBIND_STACK", "WXBIND_OUTBOX_TABLE",
	"WXBIND_AVATAR_HOSTS", "WXBIND_SERVICES_SECRET_ID",
}

func TestMissingSettingsAreNamedAtStart(t *testing.T) {
	c := newCloud(t)
	for _, name := range slices.Sorted(maps.Keys(c.settings)) {
		if slices.Contains(optional, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			settings := maps.Clone(c.settings)
			delete(settings, name)
			endsNaming(t, "checkbind", settings, name)
		})
	}
	for name, value := range map[string]string{"WECHAT_API_BASE": "ftp://MARK", "AWS_ENDPOINT_URL_DYNAMODB": "MARK", "WXBIND_UNKNOWN_APP": "MARK"} {
		t.Run(name+" is wrong", func(t *testing.T) {
			settings := maps.Clone(c.settings)
			settings[name] = value
			endsNaming(t, "checkbind", settings, name)
		})
	}
}

func endsNaming(t *testing.T, function string, settings map[string]string, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := lambdatest.Start(t, built(t, "./"+function), settings)
	if err := p.Wait(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("it ended with %v", err)
	}
	if log := p.Log(); !strings.Contains(log, name) || strings.Contains(log, "MARK") {
		t.Errorf("the log does not name %s, or shows its value: %s", name, log)
	}
}

// Whatever is down when it starts, a function starts, answers 503, and works as soon as
// everything is up.
func TestStartsWithoutItsSurroundings(t *testing.T) {
	c := newCloud(t)
	c.secrets.Fail(500, "InternalServiceError")
	p := c.start("checkbind")
	a := c.invoke(p, checkBind("alice-1"))
	if a.StatusCode != 503 || a.fields["error"] != string(login.SecretUnavailable) || a.Headers["retry-after"] == "" {
		t.Errorf("without the secret: %d %s", a.StatusCode, a.Body)
	}
	c.secrets.Fail(0, "")
	if a = c.invoke(p, checkBind("alice-2")); a.fields["code"] != 301.0 {
		t.Errorf("with the secret: %s", a.Body)
	}

	c.settings["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1"
	a = c.invoke(c.start("checkbind"), checkBind("alice-3"))
	if a.StatusCode != 503 || a.fields["error"] != string(login.StoreUnavailable) || a.Headers["retry-after"] == "" {
		t.Errorf("without DynamoDB: %d %s", a.StatusCode, a.Body)
	}
	c.settings["WECHAT_API_BASE"] = "http://127.0.0.1:1"
	a = c.invoke(c.start("checkbind"), checkBind("alice-4"))
	if a.StatusCode != 503 || a.fields["error"] != string(login.WXUnavailable) || a.Headers["retry-after"] == "" {
		t.Errorf("without WeChat: %d %s", a.StatusCode, a.Body)
	}
}

// The authorizer decides about a token even while the secret and WeChat are down: it does
// not have the settings of either.
func TestAuthorizerNeedsTheStoreOnly(t *testing.T) {
	s := newStage(t)
	bind, err := events.CaseNamed("bind-good")
	if err != nil {
		t.Fatal(err)
	}
	s.play(bind)
	good, err := events.CaseNamed("authorizer-good")
	if err != nil {
		t.Fatal(err)
	}
	for name := range s.settings {
		if name != "WXBIND_SESSIONS_TABLE" && name != "WXBIND_USERS_TABLE" && name != "AWS_ENDPOINT_URL_DYNAMODB" {
			delete(s.settings, name)
		}
	}
	s.authorize(good)
	endsNaming(t, events.Authorizer, map[string]string{"WXBIND_USERS_TABLE": "u"}, "WXBIND_SESSIONS_TABLE")
}

// While the store is down the authorizer fails, and API Gateway answers 500. A denial would
// make clients drop good tokens.
func TestAuthorizerDeniesNobodyForAnOutage(t *testing.T) {
	c := newCloud(t)
	c.settings["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1"
	unknown, err := events.CaseNamed("authorizer-unknown-token")
	if err != nil {
		t.Fatal(err)
	}
	event, err := unknown.Event()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.output(c.start(events.Authorizer), event)
	if err == nil || !strings.Contains(err.Error(), string(login.StoreUnavailable)) {
		t.Errorf("got %s and %v", out, err)
	}
}

// A running function keeps to the one processor of which Lambda gives it a share.
func TestRunningFunctionKeepsToOneProcessor(t *testing.T) {
	p := lambdatest.Start(t, built(t, "./whoami"), map[string]string{"GODEBUG": "schedtrace=20"})
	for end := time.Now().Add(time.Minute); !strings.Contains(p.Log(), "gomaxprocs=1 "); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(p.Log())
		}
	}
}

// functions returns the folders of all functions.
func functions() []string {
	names := []string{events.Authorizer}
	for _, route := range apigw.Routes() {
		if !slices.Contains(names, route.Function) {
			names = append(names, route.Function)
		}
	}
	return names
}

// zipLimit is in bytes. Lambda fetches the zip before the first start.
const zipLimit = 3_840_000

func TestZipIsSmall(t *testing.T) {
	for _, name := range append(functions(), app.OutboxFunction) {
		if size := zipped(t, built(t, "./"+name)); size > zipLimit {
			t.Errorf("%s: %d bytes, at most %d", name, size, zipLimit)
		}
	}
}

// zipped returns the size of a zip with the bootstrap.
func zipped(tb testing.TB, path string) (size int) {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), built(tb, "./testdata/zip"), path).Output()
	if err == nil {
		size, err = strconv.Atoi(strings.TrimSpace(string(out)))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return size
}
