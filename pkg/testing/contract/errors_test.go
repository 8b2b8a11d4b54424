package contract_test

import (
	"cmp"
	"context"
	"encoding/json"
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
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// A route's errors stand in three places, and these agree: the route declares them,
// openapi.yaml lists them with their statuses, and the events and the ports behind the
// route bring them about.
func TestErrors(t *testing.T) {
	a, reached := theAPI(t), reachedErrors(t)
	everywhere := map[login.Code]bool{login.PhoneInvalid: true} // the commands'
	for _, route := range apigw.Routes() {
		declared, documented := map[login.Code]string{}, map[login.Code]string{}
		for _, code := range route.Errors() {
			declared[code] = strconv.Itoa(route.Status(code))
			everywhere[code] = true
		}
		for status, response := range a.Paths[route.Path][strings.ToLower(route.Method)].Responses {
			for _, name := range a.errorsOf(response) {
				documented[login.Code(name)] = status
			}
		}
		if wrong := difference("lists", documented, declared); wrong != "" {
			t.Errorf("openapi.yaml, %s: list what pkg/apigw declares (guard, needs, fields and refusals of the route), and nothing else\n%s", route.Key(), wrong)
		}
		if wrong := difference("gives", reached[route.Key()], declared); wrong != "" {
			t.Errorf("pkg/apigw, %s: declare what the route gives, and nothing else; what no event brings about, a failing port must\n%s", route.Key(), wrong)
		}
	}
	for _, code := range login.Codes() {
		if !everywhere[code] {
			t.Errorf("no route gives %s: take it out of pkg/login/codes.go, or declare it in the refusals of a route", code)
		}
	}
}

// difference says which errors are missing from got, or are in it without being declared.
func difference(does string, got, declared map[login.Code]string) string {
	var lines []string
	for _, code := range slices.Sorted(maps.Keys(declared)) {
		if got[code] != declared[code] {
			lines = append(lines, fmt.Sprintf("%s is declared with %s, and it %s %q", code, declared[code], does, got[code]))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(got)) {
		if _, ok := declared[code]; !ok {
			lines = append(lines, fmt.Sprintf("%s is not declared, and it %s %s", code, does, got[code]))
		}
	}
	return strings.Join(lines, "\n")
}

// reachedErrors returns the errors that the tests bring about on each route, with their statuses.
func reachedErrors(t *testing.T) map[string]map[login.Code]string {
	t.Helper()
	reached := map[string]map[login.Code]string{}
	for _, route := range apigw.Routes() {
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
	for _, route := range []apigw.Route{apigw.Bind, apigw.Password, apigw.BindPhone} {
		reached[route.Key()][login.TooManyAttempts] = statusOfGuessing(t, route)
	}
	reached[apigw.Decrypt.Key()][login.TooManyAttempts] = statusOfStaleData(t)
	for name, route := range map[string]apigw.Route{
		"checkbind-good-created": apigw.CheckBind, "register-good": apigw.Register, "bindphone-good": apigw.BindPhone,
	} {
		reached[route.Key()][login.TooManyRegistrations] = statusOfRegistering(t, name, route)
	}
	for _, route := range apigw.Routes() {
		good := goodCases(t, route)
		reached[route.Key()][login.OriginKeyRequired] = statusWithoutKey(t, route, good[0])
		for _, p := range ports {
			// Each port fails with all that its like may say, whether the route declares it or not.
			for code, status := range p.reach(t, route, good[:1], p.says) {
				reached[route.Key()][code] = status
			}
		}
		// What remains happens while a request is under way, which the stores say.
		for _, p := range ports {
			meanwhile := slices.DeleteFunc(slices.Clone(p.meanwhile), func(code login.Code) bool {
				return reached[route.Key()][code] != "" || !slices.Contains(route.Errors(), code)
			})
			for code, status := range p.reach(t, route, good, meanwhile) {
				reached[route.Key()][code] = status
			}
		}
	}
	return reached
}

// goodCases returns the cases of a route that succeed. Those that take the longest way
// come first: a bound login, and a request with a code if one is allowed.
func goodCases(t *testing.T, route apigw.Route) []events.Case {
	t.Helper()
	var good []events.Case
	for _, c := range events.Cases() {
		if c.Error != "" || c.Function() != route.Function {
			continue
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		if routeFor(t, c, payload).Key() == route.Key() {
			good = append(good, c)
		}
	}
	if len(good) == 0 {
		t.Fatalf("%s: events/ has no case that succeeds; see \"How to add a route\" in docs/design.md", route.Key())
	}
	slices.SortStableFunc(good, func(a, b events.Case) int {
		return cmp.Or(cmp.Compare(b.WeChat, a.WeChat), cmp.Compare(len(b.After), len(a.After)))
	})
	return good
}

// port is something behind the routes that can fail.
type port struct {
	// says lists the codes that it may answer with at any time. meanwhile lists the codes of
	// what may happen while a request is in progress.
	says, meanwhile []login.Code
	fail            func(*login.Config, failing)
}

// ports lists all ports.
var ports = []port{
	{
		append(needs.WeChat.Errors(), login.WXCodeInvalid, login.WXCodeUsed), nil,
		func(c *login.Config, f failing) { c.WeChat = f },
	},
	{needs.Secret.Errors(), nil, func(c *login.Config, f failing) { c.Secrets = f }},
	{needs.Services.Errors(), nil, func(c *login.Config, f failing) { c.Services = f }},
	{needs.Directory.Errors(), []login.Code{login.PasswordNotHere, login.DirectoryCannot, login.RegisteredElsewhere}, func(c *login.Config, f failing) { c.Directory = f }},
	{
		append(needs.Token.Errors(), sessionEnds()...), nil,
		func(c *login.Config, f failing) { c.Store = failingPresence{c.Store, f} },
	},
	{
		needs.Bindings.Errors(), append(sessionEnds(), login.IdentityBound, login.UserBound),
		func(c *login.Config, f failing) { c.Store = failingBindings{c.Store, f} },
	},
	{needs.Users.Errors(), sessionEnds(), func(c *login.Config, f failing) { c.Store = failingUsers{c.Store, f} }},
	{nil, []login.Code{login.Overloaded}, func(c *login.Config, f failing) { c.Hasher = f }},
	{nil, []login.Code{login.PasswordNotHere, login.DirectoryCannot}, func(c *login.Config, _ failing) { c.Store = withoutPassword{c.Store} }},
	{nil, []login.Code{login.PhoneOff}, func(c *login.Config, _ failing) {
		c.Secrets = &logintest.Secrets{Held: events.Secret(appSecret, login.Hidden(strings.Repeat("k", 64)))}
		c.Secrets.(*logintest.Secrets).Held.IndexKey = ""
	}},
	{nil, []login.Code{login.WXTokenRejected}, func(c *login.Config, f failing) {
		c.WeChat, c.CheckSession = failingCheck{c.WeChat, f}, true
	}},
	{needs.Ephemeral.Errors(), nil, func(c *login.Config, f failing) { c.Store = failingRecords{c.Store, f} }},
}

// sessionEnds returns the reasons why a session is dead.
func sessionEnds() []login.Code {
	return slices.DeleteFunc(login.Codes(), func(c login.Code) bool { return !c.EndsSession() })
}

// reach returns what a route answers to its good cases while the port fails with these
// codes, with the statuses. It leaves out codes that no case brings about.
func (p port) reach(t *testing.T, route apigw.Route, good []events.Case, codes []login.Code) map[login.Code]string {
	t.Helper()
	reached := map[login.Code]string{}
	for _, c := range good {
		codes = slices.DeleteFunc(slices.Clone(codes), func(code login.Code) bool { return reached[code] != "" })
		if len(codes) == 0 {
			break
		}
		w := newMemoryWorld(t)
		payload, whole := w.prepare(t, c), w.config
		for _, code := range codes {
			w.config = whole
			p.fail(&w.config, failing(code))
			answer := w.answerTo(t, route, payload)
			text, body := bodyOf(t, answer)
			if body.Error == "" {
				break // it went through, and is done
			}
			if body.Action != body.Error.Action() {
				t.Errorf("%s: %s is answered with %s", route.Key(), code, text)
			}
			if slices.Contains(route.Errors(), body.Error) { // else openapi.yaml does not know it either
				checkAnswer(t, theValidators(t), requestOf(t, route, payload), answer)
			}
			reached[body.Error] = strconv.Itoa(answer.StatusCode)
		}
	}
	return reached
}

// statusOfGuessing sends wrong passwords to a route until there are too many, and returns the status.
func statusOfGuessing(t *testing.T, route apigw.Route) string {
	t.Helper()
	w := newMemoryWorld(t)
	name := route.Function + "-good"
	if route.Function == apigw.BindPhone.Function {
		name = "bindphone-password-at-once" // only this number asks for a password
	}
	good := w.prepare(t, caseNamed(t, name))
	for n := range 100 {
		var e lambda.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(good, &e); err != nil {
			t.Fatal(err)
		}
		e.Body = fmt.Sprintf(`{"code":"alice-%d","username":%q,"password":"wrong-password","newPassword":"another-password","phoneCode":"phone-13800138000-1"}`, n+100, events.Username)
		payload, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		answer := w.answerTo(t, route, payload)
		if _, body := bodyOf(t, answer); body.Error == login.TooManyAttempts {
			checkAnswer(t, theValidators(t), requestOf(t, route, payload), answer)
			return strconv.Itoa(answer.StatusCode)
		}
	}
	t.Errorf("%s: 100 wrong passwords are not too many", route.Key())
	return ""
}

// statusOfStaleData sends data that does not open until that is too much, and returns the status.
func statusOfStaleData(t *testing.T) string {
	t.Helper()
	w := newMemoryWorld(t)
	stale := w.prepare(t, caseNamed(t, "decrypt-old-key"))
	for range 100 {
		answer := w.answerTo(t, apigw.Decrypt, stale)
		if _, body := bodyOf(t, answer); body.Error == login.TooManyAttempts {
			checkAnswer(t, theValidators(t), requestOf(t, apigw.Decrypt, stale), answer)
			return strconv.Itoa(answer.StatusCode)
		}
	}
	t.Error("100 times stale data is not too much")
	return ""
}

// statusOfRegistering makes users until there are too many, and returns the status.
func statusOfRegistering(t *testing.T, name string, route apigw.Route) string {
	t.Helper()
	w := newMemoryWorld(t)
	for n := range 1000 {
		payload := changed(t, name, func(e *lambda.APIGatewayV2HTTPRequest) {
			e.RawQueryString = strings.Replace(e.RawQueryString, "alice-1", fmt.Sprintf("person%d-1", n), 1)
			e.Body = strings.Replace(strings.Replace(e.Body, "alice-1", fmt.Sprintf("person%d-1", n), 1), "phone-alice", fmt.Sprintf("phone-person%d", n), 1)
		})
		answer := w.answerTo(t, route, payload)
		if _, body := bodyOf(t, answer); body.Error == login.TooManyRegistrations {
			checkAnswer(t, theValidators(t), requestOf(t, route, payload), answer)
			return strconv.Itoa(answer.StatusCode)
		}
	}
	t.Errorf("%s: 1000 users in an hour are not too many", route.Key())
	return ""
}

// statusWithoutKey sends a good request without the origin key that is required, and returns the status.
func statusWithoutKey(t *testing.T, route apigw.Route, good events.Case) string {
	t.Helper()
	w := newMemoryWorld(t)
	payload := w.prepare(t, good)
	w.origin = &origin.Finder{Rules: origin.Rules{RequireKey: true}}
	answer := w.answerTo(t, route, payload)
	if _, body := bodyOf(t, answer); body.Error != login.OriginKeyRequired {
		t.Errorf("%s without the key: %s", route.Key(), body.Error)
	}
	checkAnswer(t, theValidators(t), requestOf(t, route, payload), answer)
	return strconv.Itoa(answer.StatusCode)
}

// failing implements every port, and always fails with the same code.
type failing login.Code

func (f failing) Hash(context.Context, login.Hidden) (login.Hidden, error) { return "", login.Code(f) }

func (f failing) Verify(context.Context, login.Hidden, login.Hidden, []string) (ok, outdated bool, err error) {
	return false, false, login.Code(f)
}

func (f failing) Kind(login.Hidden) (string, error) { return "", login.Code(f) }

func (f failing) Code2Session(context.Context, login.App, string) (login.WeChatSession, error) {
	return login.WeChatSession{}, login.Code(f)
}

func (f failing) StableToken(context.Context, login.App) (login.AccessToken, error) {
	return login.AccessToken{}, login.Code(f)
}

func (f failing) PhoneNumber(context.Context, login.Hidden, login.App, string, string) (string, error) {
	return "", login.Code(f)
}

func (f failing) CheckSession(context.Context, login.Hidden, login.App, string, login.Hidden) error {
	return login.Code(f)
}

func (f failing) Secret(context.Context) (*login.Secret, error) { return nil, login.Code(f) }

func (f failing) Refetch(context.Context) (*login.Secret, error) { return nil, login.Code(f) }

func (f failing) ServiceKeys(context.Context) (login.ServiceKeys, error) { return nil, login.Code(f) }

func (f failing) Authenticate(context.Context, string, login.Hidden) (login.Profile, error) {
	return login.Profile{}, login.Code(f)
}

func (f failing) ByPhone(context.Context, string, string) (login.Profile, error) {
	return login.Profile{}, login.Code(f)
}

func (f failing) Register(context.Context, login.DirectoryRegistration) (login.Profile, error) {
	return login.Profile{}, login.Code(f)
}

func (f failing) Profile(context.Context, string) (login.Profile, error) {
	return login.Profile{}, login.Code(f)
}

// failingCheck fails only where WeChat is asked about a session_key.
type failingCheck struct {
	login.WeChat
	failing
}

func (f failingCheck) Code2Session(ctx context.Context, app login.App, code string) (login.WeChatSession, error) {
	return f.WeChat.Code2Session(ctx, app, code)
}

func (f failingCheck) StableToken(ctx context.Context, app login.App) (login.AccessToken, error) {
	return f.WeChat.StableToken(ctx, app)
}

func (f failingCheck) PhoneNumber(ctx context.Context, token login.Hidden, app login.App, phoneCode, openID string) (string, error) {
	return f.WeChat.PhoneNumber(ctx, token, app, phoneCode, openID)
}

func (f failingCheck) CheckSession(ctx context.Context, token login.Hidden, app login.App, openID string, key login.Hidden) error {
	return f.failing.CheckSession(ctx, token, app, openID, key)
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

func (f failingBindings) BindingByOpenID(context.Context, string, string) (login.Binding, error) {
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

func (f failingUsers) Enter(context.Context, login.Opening) (login.Opened, error) {
	return login.Opened{}, login.Code(f.failing)
}

func (f failingUsers) UserWithPassword(context.Context, string) (login.User, login.Password, error) {
	return login.User{}, login.Password{}, login.Code(f.failing)
}

// withoutPassword has users without a password.
type withoutPassword struct{ login.Store }

func (w withoutPassword) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	s, u, err := w.Store.SessionWithUser(ctx, userID, tokenHash)
	u.PasswordID = ""
	return s, u, err
}

// failingRecords stores nothing for a repeat.
type failingRecords struct {
	login.Store
	failing
}

func (f failingRecords) LoadRecord(context.Context, string) (login.Record, error) {
	return login.Record{}, login.Code(f.failing)
}

func (f failingRecords) SwapRecord(context.Context, string, string, login.Record) (login.Record, error) {
	return login.Record{}, login.Code(f.failing)
}
