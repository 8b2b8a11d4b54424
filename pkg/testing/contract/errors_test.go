package contract_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// openapi.yaml lists for each route the errors that it can give, each with its
// status, and no others: those of the events, and those of whatever stands behind
// the route.
func TestErrors(t *testing.T) {
	a, reached := theAPI(t), reachedErrors(t)
	everywhere := map[login.Code]bool{}
	for _, route := range apigw.Routes {
		documented := map[login.Code]string{}
		for status, response := range a.Paths[route.Path][strings.ToLower(route.Method)].Responses {
			for _, name := range a.errorsOf(response) {
				documented[login.Code(name)] = status
				everywhere[login.Code(name)] = true
			}
		}
		if got := reached[route.Key()]; !maps.Equal(documented, got) {
			t.Errorf("%s: %s", route.Key(), difference(documented, got))
		}
	}
	for _, code := range login.Codes() {
		if !everywhere[code] {
			t.Errorf("no route gives %s", code)
		}
	}
}

func difference(documented, reached map[login.Code]string) string {
	var lines []string
	for _, code := range slices.Sorted(maps.Keys(documented)) {
		if reached[code] != documented[code] {
			lines = append(lines, fmt.Sprintf("%s is documented with %s and reached with %q", code, documented[code], reached[code]))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(reached)) {
		if _, ok := documented[code]; !ok {
			lines = append(lines, fmt.Sprintf("%s is reached with %s and not documented", code, reached[code]))
		}
	}
	return strings.Join(lines, "\n")
}

// reachedErrors are the errors of each route with their statuses.
func reachedErrors(t *testing.T) map[string]map[login.Code]string {
	t.Helper()
	reached := map[string]map[login.Code]string{}
	for _, route := range apigw.Routes {
		// A panic becomes this, whatever the route.
		reached[route.Key()] = map[login.Code]string{login.Internal: "500"}
	}
	for _, c := range events.Cases() {
		if c.Error == "" || c.Function() == events.Authorizer {
			continue
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		routes := []apigw.Route{routeFor(t, c, payload)}
		if c.Error == login.EventMalformed {
			routes = routesOf(c.Function())
		}
		for _, route := range routes {
			reached[route.Key()][c.Error] = strconv.Itoa(c.Status)
		}
	}
	for _, f := range failures {
		for _, route := range f.routes {
			w := newMemoryWorld(t)
			payload, whole := w.prepare(t, goodCase(t, route)), w.config
			for _, code := range f.codes {
				w.config = whole
				f.fail(&w.config, failing(code))
				reached[route.Key()][code] = w.statusOf(t, route, payload, code)
			}
		}
	}
	reached[apigw.Bind.Key()][login.TooManyAttempts] = statusOfGuessing(t)
	return reached
}

var (
	withCode    = []apigw.Route{apigw.CheckBind, apigw.Bind, apigw.Code2Session, apigw.Unbind, apigw.Export, apigw.DeleteAccount}
	withSession = []apigw.Route{apigw.UserInfo, apigw.Logout, apigw.Sessions, apigw.RevokeSession, apigw.Unbind, apigw.Export, apigw.DeleteAccount}
)

// failures are what ports answer when it is no, by the routes that ask them.
var failures = []struct {
	codes  []login.Code
	routes []apigw.Route
	fail   func(*login.Config, failing)
}{
	{
		[]login.Code{
			login.WXThrottled, login.WXUserBlocked, login.WXUserLimited, login.WXBusy, login.WXUnavailable, login.WXUnexpected,
			login.WXAppRejected, login.WXSecretRejected, login.WXSecretUnusable, login.WXRequestInvalid, login.WXAddressBlocked, login.WXQuotaSpent,
		},
		withCode, func(c *login.Config, f failing) { c.WeChat = f },
	},
	{
		// To whoever has a session these two mean that it was not their code.
		[]login.Code{login.WXCodeInvalid, login.WXCodeUsed},
		[]apigw.Route{apigw.CheckBind, apigw.Bind, apigw.Code2Session}, func(c *login.Config, f failing) { c.WeChat = f },
	},
	{
		[]login.Code{login.SecretUnavailable},
		append([]apigw.Route{apigw.Introspect}, withCode...), func(c *login.Config, f failing) { c.Secrets = f },
	},
	{
		[]login.Code{
			login.SessionInvalid, login.SessionExpired, login.SessionRevoked, login.SessionReplaced,
			login.UserDisabled, login.BindingRemoved, login.StoreUnavailable,
		},
		withSession, func(c *login.Config, f failing) { c.Store = failingPresence{c.Store, f} },
	},
	{
		[]login.Code{login.StoreUnavailable},
		[]apigw.Route{apigw.Introspect}, func(c *login.Config, f failing) { c.Store = failingPresence{c.Store, f} },
	},
	{
		[]login.Code{login.StoreUnavailable},
		withCode[:3], func(c *login.Config, f failing) { c.Store = failingBindings{c.Store, f} },
	},
	{
		// What happens while a login is under way.
		[]login.Code{login.IdentityBound, login.UserBound, login.UserDisabled, login.SessionRevoked, login.BindingRemoved},
		[]apigw.Route{apigw.Bind}, func(c *login.Config, f failing) { c.Store = failingBindings{c.Store, f} },
	},
	{
		[]login.Code{login.UserDisabled, login.SessionRevoked},
		[]apigw.Route{apigw.CheckBind}, func(c *login.Config, f failing) { c.Store = failingUsers{c.Store, f} },
	},
	{
		[]login.Code{login.DirectoryUnavailable},
		[]apigw.Route{apigw.Bind, apigw.CheckBind}, func(c *login.Config, f failing) { c.Directory = f },
	},
}

// statusOf gives an event to a route, whose answer must have this error and be as
// openapi.yaml says.
func (w *world) statusOf(t *testing.T, route apigw.Route, payload []byte, code login.Code) string {
	t.Helper()
	answer := w.answerTo(t, route, payload)
	if text, body := bodyOf(t, answer); body.Error != code || body.Action != code.Action() {
		t.Errorf("%s: %s is answered with %s", route.Key(), code, text)
	}
	checkAnswer(t, theValidators(t), requestOf(t, route, payload), answer)
	return strconv.Itoa(answer.StatusCode)
}

// goodCase is a case of a route that goes all the way: a login that is bound, and a
// request with a code where there may be one.
func goodCase(t *testing.T, route apigw.Route) events.Case {
	t.Helper()
	named := map[string]string{
		apigw.CheckBind.Key(): "checkbind-bound", apigw.Bind.Key(): "bind-good", apigw.Code2Session.Key(): "code2session-bound",
		apigw.UserInfo.Key(): "userinfo-good", apigw.Logout.Key(): "logout-good",
		apigw.Sessions.Key(): "sessions-list-good", apigw.RevokeSession.Key(): "sessions-revoke-good",
		apigw.Unbind.Key(): "unbind-force-good", apigw.Export.Key(): "account-export-good", apigw.DeleteAccount.Key(): "account-delete-good",
		apigw.Introspect.Key(): "introspect-good", apigw.WhoAmI.Key(): "whoami-good",
	}
	return caseNamed(t, named[route.Key()])
}

// statusOfGuessing sends wrong passwords until they are too many.
func statusOfGuessing(t *testing.T) string {
	t.Helper()
	w := newMemoryWorld(t)
	for n := range 100 {
		payload := changed(t, "bind-wrong-password", func(e *lambda.APIGatewayV2HTTPRequest) {
			e.Body = fmt.Sprintf(`{"code":"alice-%d","username":%q,"password":"wrong"}`, n, events.Username)
		})
		answer := w.answerTo(t, apigw.Bind, payload)
		if _, body := bodyOf(t, answer); body.Error == login.TooManyAttempts {
			checkAnswer(t, theValidators(t), requestOf(t, apigw.Bind, payload), answer)
			return strconv.Itoa(answer.StatusCode)
		}
	}
	t.Error("100 wrong passwords are not too many")
	return ""
}

// failing is each port with one answer.
type failing login.Code

func (f failing) Code2Session(context.Context, login.App, string) (login.WeChatSession, error) {
	return login.WeChatSession{}, login.Code(f)
}

func (f failing) Secret(context.Context) (*login.Secret, error) { return nil, login.Code(f) }

func (f failing) Refetch(context.Context) (*login.Secret, error) { return nil, login.Code(f) }

func (f failing) Authenticate(context.Context, string, login.Hidden) (login.Profile, error) {
	return login.Profile{}, login.Code(f)
}

func (f failing) Profile(context.Context, string) (login.Profile, error) {
	return login.Profile{}, login.Code(f)
}

type failingPresence struct {
	login.Store
	failing
}

func (f failingPresence) SessionWithUser(context.Context, string, string) (login.Session, login.User, error) {
	return login.Session{}, login.User{}, login.Code(f.failing)
}

type failingBindings struct {
	login.Store
	failing
}

func (f failingBindings) TouchBinding(context.Context, login.Touch) (login.Binding, error) {
	return login.Binding{}, login.Code(f.failing)
}

func (f failingBindings) Bind(context.Context, login.Binding, login.Session) (login.Binding, error) {
	return login.Binding{}, login.Code(f.failing)
}

type failingUsers struct {
	login.Store
	failing
}

func (f failingUsers) UserByID(context.Context, string) (login.User, error) {
	return login.User{}, login.Code(f.failing)
}
