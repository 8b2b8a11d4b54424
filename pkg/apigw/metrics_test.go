package apigw_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

// counted returns the counts and the times that CloudWatch takes from the only line in the log, and the error that
// LoginFailures is counted by. It leaves out times that may be too short to be measured here.
func (w *world) counted() (counts, latencies []string) {
	w.Helper()
	var line struct {
		AWS struct {
			CloudWatchMetrics []struct{ Metrics []struct{ Name string } }
		} `json:"_aws"`
		Error string
	}
	if err := json.Unmarshal(w.log.Bytes(), &line); err != nil || len(line.AWS.CloudWatchMetrics) == 0 {
		w.Fatalf("no line of metrics: %v: %s", err, w.log)
	}
	for _, m := range line.AWS.CloudWatchMetrics[0].Metrics {
		switch {
		case m.Name == metrics.StoreLatency, m.Name == metrics.HashingLatency:
		case strings.HasSuffix(m.Name, "Latency"):
			latencies = append(latencies, m.Name)
		default:
			counts = append(counts, m.Name)
		}
	}
	slices.Sort(counts)
	if line.Error != "" {
		counts = append(counts, line.Error)
	}
	return counts, latencies
}

// Each answer of each route is counted once, under the right metric.
func TestAnswersAreCounted(t *testing.T) {
	exchanged := []string{metrics.LoginLatency, metrics.WeChatLatency}
	visit := []string{metrics.VisitLatency}
	type row struct {
		play      func(w *world, alice *visitor)
		counts    []string
		latencies []string
	}
	ask := func(route apigw.Route, e events.APIGatewayV2HTTPRequest) func(*world, *visitor) {
		return func(_ *world, alice *visitor) { alice.ask(route, e) }
	}
	withCode := func(route apigw.Route, person string) func(*world, *visitor) {
		return func(w *world, _ *visitor) {
			if route.Method == "GET" {
				w.invoke(t.Context(), route, get("code="+w.code(person)))
			} else {
				w.invoke(t.Context(), route, post(form, "code="+w.code(person)))
			}
		}
	}
	bind := func(secret string) func(*world, *visitor) {
		return func(w *world, _ *visitor) {
			w.unbind("u1")
			w.invoke(t.Context(), apigw.Bind, post(form, "username=demo&password="+secret+"&code="+w.code("bob")))
		}
	}
	store := func(op string, play func(*world, *visitor)) func(*world, *visitor) {
		return func(w *world, alice *visitor) {
			w.service = w.serviceOn(w.weChatURL, &breaking{w.store, op})
			play(w, alice)
		}
	}
	for name, c := range map[string]row{
		"checkBind, bound":     {withCode(apigw.CheckBind, "alice"), []string{metrics.Logins}, exchanged},
		"checkBind, not bound": {withCode(apigw.CheckBind, "bob"), []string{metrics.Unbound}, exchanged},
		"checkBind, malformed": {ask(apigw.CheckBind, get("code=%zz")), []string{metrics.LoginFailures, "malformed"}, nil},
		"checkBind, used code": {ask(apigw.CheckBind, get("code=err40163-x")), []string{metrics.LoginFailures, "wx_code_used"}, exchanged},
		"WeChat is busy": {
			ask(apigw.CheckBind, get("code=err-1-x")), []string{metrics.LoginFailures, metrics.WeChatFailures, "wx_busy"},
			exchanged,
		},
		"the AppSecret is wrong": {
			func(w *world, _ *visitor) {
				w.wechat.SetSecret(appID, "another")
				w.invoke(t.Context(), apigw.CheckBind, get("code="+w.code("alice")))
			},
			[]string{metrics.AppSecretRejected, metrics.LoginFailures, "wx_secret_rejected"},
			exchanged,
		},
		"bind":                 {bind(password), []string{metrics.Binds, metrics.Logins}, exchanged},
		"bind, wrong password": {bind("wrong"), []string{metrics.LoginFailures, "invalid_credentials"}, exchanged},
		"code2session, bound":  {withCode(apigw.Code2Session, "alice"), []string{metrics.Bound}, exchanged},
		"code2session, not":    {withCode(apigw.Code2Session, "bob"), []string{metrics.Unbound}, exchanged},
		"userinfo":             {ask(apigw.UserInfo, get("")), []string{metrics.Visits}, visit},
		"sessions":             {ask(apigw.Sessions, get("")), []string{metrics.Visits}, visit},
		"logout":               {ask(apigw.Logout, post("", "")), []string{metrics.Visits}, visit},
		"unbind, the last one": {ask(apigw.Unbind, post("", "")), []string{metrics.VisitFailures}, visit},
		"unbind": {
			func(w *world, alice *visitor) {
				alice.ask(apigw.Unbind, post(form, "force=true&code="+w.code("alice")))
			},
			[]string{metrics.Visits}, visit,
		},
		"userinfo without a token": {
			func(w *world, _ *visitor) { w.invoke(t.Context(), apigw.UserInfo, get("")) }, []string{metrics.VisitFailures}, visit,
		},
		"no event of ours": {
			func(w *world, _ *visitor) { w.invokeOf(t.Context(), 1, apigw.Sessions, apigw.RevokeSession) }, []string{metrics.VisitFailures}, nil,
		},
		"introspection": {
			func(w *world, alice *visitor) { w.invoke(t.Context(), apigw.Introspect, introspection(alice.token)) }, []string{metrics.Visits}, visit,
		},
		"introspection by a stranger": {
			func(w *world, _ *visitor) { w.invoke(t.Context(), apigw.Introspect, post(form, "token=x")) }, []string{metrics.VisitFailures}, visit,
		},
		"the authorizer": {
			func(w *world, alice *visitor) { w.authorize(map[string]string{"x-token": alice.token}) }, []string{metrics.Visits}, visit,
		},
		"the authorizer denies": {
			func(w *world, _ *visitor) { w.authorize(nil) }, []string{metrics.VisitFailures}, visit,
		},
		"the store is down for a login": {
			store("BindingByOpenID", withCode(apigw.CheckBind, "alice")),
			[]string{metrics.LoginFailures, metrics.StoreFailures, "store_unavailable"}, exchanged,
		},
		"the store is down for a visit": {
			store("SessionWithUser", ask(apigw.UserInfo, get(""))), []string{metrics.StoreFailures, metrics.VisitFailures}, visit,
		},
		"a panic": {
			func(w *world, _ *visitor) {
				w.service.Secrets = struct{ login.Secrets }{} // nothing behind it
				w.invoke(t.Context(), apigw.CheckBind, get("code=x"))
			},
			[]string{metrics.InternalFailures, metrics.LoginFailures, "internal"}, []string{metrics.LoginLatency},
		},
		"a failure that is survived": {
			store("SwapRecord", func(w *world, _ *visitor) { w.invoke(t.Context(), apigw.CheckBind, get("code="+w.code("nobody"))) }),
			[]string{metrics.Lapses, metrics.Unbound}, exchanged,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			alice := w.login("alice")
			w.log.Reset()
			c.play(w, alice)
			counts, latencies := w.counted()
			if !slices.Equal(counts, c.counts) {
				t.Errorf("got %v, want %v", counts, c.counts)
			}
			if !slices.Equal(latencies, c.latencies) {
				t.Errorf("got %v, want %v", latencies, c.latencies)
			}
		})
	}
}

// The authorizer has already counted a request to a route behind it. `wxbind serve` has no metrics. A line without metrics
// has a level of its own.
func TestLinesWithoutMetrics(t *testing.T) {
	for name, c := range map[string]struct {
		stack string
		route apigw.Route
	}{
		"behind the authorizer": {"prod", apigw.WhoAmI},
		"on one machine":        {"", apigw.CheckBind},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			log := requestlog.New(requestlog.Config{Output: w.log, Stack: c.stack})
			payload := []byte(asJSON(t, get("code="+w.code("alice"))))
			if _, err := apigw.New(apigw.Config{Service: w.service, Log: log}, c.route).Invoke(t.Context(), payload); err != nil {
				t.Fatal(err)
			}
			if line := w.lastLine(); line["_aws"] != nil || line["level"] != "INFO" || line["severity"] != "INFO" {
				t.Errorf("got %v", line)
			}
		})
	}
}
