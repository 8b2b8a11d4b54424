package apigw_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
)

// trusting returns a Finder with these settings.
func trusting(t *testing.T, settings map[string]string) *origin.Finder {
	t.Helper()
	rules, err := origin.RulesFrom(func(name string) string { return settings[name] })
	if err != nil {
		t.Fatal(err)
	}
	return &origin.Finder{Rules: rules, Logger: slog.New(slog.DiscardHandler)}
}

const originKey = "MARK-0123456789abcdef0123456789abcdef"

func hashOfOriginKey() string {
	sum := sha256.Sum256([]byte(originKey))
	return hex.EncodeToString(sum[:])
}

// proxied is an event as it comes through a proxy at 10.0.0.1, from a caller who has made up a hop.
func proxied(e events.APIGatewayV2HTTPRequest, caller string) events.APIGatewayV2HTTPRequest {
	e.RequestContext.HTTP.SourceIP = "10.0.0.1"
	return withHeaders(e, map[string]string{"x-forwarded-for": "203.0.113.77, " + caller})
}

// A stranger uses up an address's attempts behind the proxy. An owner at another address, who has mistyped, does not
// notice, and the audit tells the two apart. Where the proxy is not trusted, the owner is turned away.
func TestStrangerBehindTheProxy(t *testing.T) {
	for name, c := range map[string]struct {
		trusted        string
		owner          int
		stranger, owns string
	}{
		"that is trusted":     {"10.0.0.0/8", 200, "192.0.2.66", "192.0.2.7"},
		"that is not trusted": {"", 429, "10.0.0.1", "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.origin = trusting(t, map[string]string{origin.EnvTrustedProxies: c.trusted})
			bind := func(person, username, secret, address string) answer {
				body := fmt.Sprintf(`{"code":%q,"username":%q,"password":%q}`, w.code(person), username, secret)
				return w.invoke(t.Context(), apigw.Bind, proxied(post("application/json", body), address))
			}
			bind("owner", "demo", "mistyped", "192.0.2.7")
			refused := 0
			for n := range 80 {
				if a := bind(fmt.Sprintf("stranger%d", n/2), fmt.Sprintf("account-%d", n), "wrong", "192.0.2.66"); a.status == 429 {
					refused++
				}
			}
			if refused == 0 {
				t.Error("the stranger is never refused")
			}
			if a := bind("owner", "demo", password, "192.0.2.7"); a.status != c.owner {
				t.Errorf("the owner gets %s", a.text)
			}
			for i, line := range w.events() {
				want := c.stranger
				if i == 0 || i == 81 {
					want = c.owns
				}
				if line["address"] != want {
					t.Errorf("line %d of the audit is %v, want the address %s", i, line, want)
				}
			}
		})
	}
}

// Whoever comes round the proxy is told so, before anything is looked at. The authorizer denies.
func TestOriginKeyIsRequired(t *testing.T) {
	w := newWorld(t)
	alice := w.login("alice")
	w.origin = trusting(t, map[string]string{origin.EnvKeyHashes: hashOfOriginKey(), origin.EnvRequireKey: "true"})
	for name, c := range map[string]struct {
		key    string
		passes bool
	}{
		"with the key":     {originKey, true},
		"without a key":    {"", false},
		"with another key": {originKey + "x", false},
	} {
		t.Run(name, func(t *testing.T) {
			headers := map[string]string{"x-origin-verify": c.key, "authorization": "Bearer " + alice.token}
			calls := w.wechat.Calls()
			for _, route := range []apigw.Route{apigw.CheckBind, apigw.UserInfo} {
				sent := maps.Clone(headers)
				if route.Function == apigw.CheckBind.Function {
					delete(sent, "authorization") // a launch would replace the session
				}
				a := w.invoke(t.Context(), route, withHeaders(get("lang=en&code="+w.code("alice")), sent))
				if c.passes {
					if a.body["code"] != 1.0 {
						t.Errorf("%s: %s", route.Path, a.text)
					}
					continue
				}
				if a.status != 403 || a.body["error"] != string(login.OriginKeyRequired) || a.body["action"] != "fix" || !strings.Contains(a.text, "proxy") {
					t.Errorf("%s: %d %s", route.Path, a.status, a.text)
				}
			}
			if calls = w.wechat.Calls() - calls; (calls > 0) != c.passes {
				t.Errorf("WeChat is asked %d times", calls)
			}
			out, err := w.authorizer(w.store).Invoke(t.Context(), []byte(asJSON(t, authorizerEvent(headers))))
			if err != nil || strings.Contains(string(out), `"isAuthorized":true`) != c.passes {
				t.Errorf("the authorizer says %s, %v", out, err)
			}
			if line := w.lastLine(); line["severity"] == "ERROR" { // a denial is no error of the function
				t.Errorf("the authorizer logs %v", line)
			}
		})
	}
	for _, line := range w.lines() {
		if line["severity"] != "INFO" { // strangers can send as many as they like
			t.Errorf("the log has %v", line)
		}
	}
	noMark(t, "the log", strings.ReplaceAll(w.log.String(), alice.token, ""))
}

// Every route finds the caller by the same rule.
func TestEveryRouteKnowsTheProxy(t *testing.T) {
	for _, route := range apigw.Routes() {
		w := newWorld(t)
		w.origin = trusting(t, map[string]string{origin.EnvKeyHashes: hashOfOriginKey(), origin.EnvRequireKey: "true"})
		if a := w.invoke(t.Context(), route, get("")); a.status != 403 {
			t.Errorf("%s: %s", route.Key(), a.text)
		}
		if !slices.Contains(route.Errors(), login.OriginKeyRequired) {
			t.Errorf("%s does not declare it", route.Key())
		}
	}
}

// Where no access log has it, the line of a route or of the authorizer has the caller's address.
func TestLinesHaveTheCallersAddress(t *testing.T) {
	w := newWorld(t)
	find := trusting(t, map[string]string{origin.EnvTrustedProxies: "10.0.0.0/8"})
	log := w.requestLog()
	asked := authorizerEvent(map[string]string{"x-forwarded-for": "192.0.2.7"})
	asked.RequestContext.HTTP.SourceIP = "10.0.0.1"
	for name, c := range map[string]struct {
		function interface {
			Invoke(ctx context.Context, payload []byte) ([]byte, error)
		}
		event any
	}{
		"a route":        {apigw.New(apigw.Config{Log: log, Origin: find, LogAddress: true}, apigw.UserInfo), proxied(get("x=1&x=2"), "192.0.2.7")},
		"the authorizer": {apigw.NewAuthorizer(apigw.AuthorizerConfig{Log: log, Origin: find, LogAddress: true}), asked},
	} {
		if _, err := c.function.Invoke(t.Context(), []byte(asJSON(t, c.event))); err != nil {
			t.Fatal(err)
		}
		if line := w.lastLine(); line["address"] != "192.0.2.7" {
			t.Errorf("%s: the line says %v", name, line)
		}
	}
}
