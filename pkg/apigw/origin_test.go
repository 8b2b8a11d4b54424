package apigw_test

import (
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

// A stranger uses up an address's attempts behind the proxy. An owner at another address does not notice, and the
// audit tells the two apart.
func TestStrangerBehindTheProxy(t *testing.T) {
	w := newWorld(t)
	w.origin = trusting(t, map[string]string{origin.EnvTrustedProxies: "10.0.0.0/8"})
	bind := func(person, secret, address string) answer {
		body := fmt.Sprintf(`{"code":%q,"username":%q,"password":%q}`, w.code(person), "demo", secret)
		return w.invoke(t.Context(), apigw.Bind, proxied(post("application/json", body), address))
	}
	// Each of the stranger's WeChat accounts has its first attempt, whatever the address has left, and others up to five.
	refused := 0
	for n := range 80 {
		body := fmt.Sprintf(`{"code":%q,"username":"account-%d","password":"wrong"}`, w.code(fmt.Sprintf("stranger%d", n%40)), n)
		if a := w.invoke(t.Context(), apigw.Bind, proxied(post("application/json", body), "192.0.2.66")); a.status == 429 {
			refused++
		}
	}
	if refused != 20 {
		t.Errorf("of 80 wrong passwords from one address %d are refused", refused)
	}
	if a := bind("owner", password, "192.0.2.7"); a.body["code"] != 1.0 {
		t.Errorf("the owner gets %s", a.text)
	}
	addresses := map[string]int{}
	for _, line := range w.lines("audit") {
		addresses[line["event"].(string)+" "+line["address"].(string)]++
	}
	want := map[string]int{"wrong_password 192.0.2.66": 60, "throttled 192.0.2.66": 20, "bind 192.0.2.7": 1}
	if !maps.Equal(addresses, want) {
		t.Errorf("the audit has %v, want %v", addresses, want)
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
				a := w.invoke(t.Context(), route, withHeaders(get("lang=en&code="+w.code("alice")), headers))
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
		})
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
