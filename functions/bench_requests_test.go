package functions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	// weChatTime and storeTime are what a call of WeChat and of DynamoDB takes at least.
	weChatTime = 50 * time.Millisecond
	storeTime  = 5 * time.Millisecond
	// warmups are requests that are not measured: the first of each function.
	warmups = 3
)

// measured holds the measurements of one kind of request.
type measured struct {
	name, function string
	// walls are the times of the requests, as Lambda would bill them.
	walls []time.Duration
	usage
	// cpu is the processor time of all of them.
	cpu time.Duration
	// logged is how many bytes a request logs, and peak the most bytes of memory that the
	// process ever had.
	logged, peak int
}

// each divides x by the number of requests.
func (m *measured) each(x float64) float64 { return x / float64(len(m.walls)) }

// measureRequests plays n whole requests of each kind through the built bootstraps, one
// after another as Lambda does. Each user binds once, from an address of their own, and
// comes back once. The first kinds are those of mini-programs without a policy.
func measureRequests(b *testing.B, n int) []*measured {
	b.Helper()
	c := newCloud(b)
	c.settings["WXBIND_OUTBOX_TABLE"] = "" // as a stack is without an event bus
	u := &upstreams{TB: b}
	c.settings["WECHAT_API_BASE"] = u.before(c.settings["WECHAT_API_BASE"], weChatTime, u.countWeChat)
	c.settings["AWS_ENDPOINT_URL_DYNAMODB"] = u.before(c.settings["AWS_ENDPOINT_URL_DYNAMODB"], storeTime, u.countDynamoDB)
	for i := range n + warmups {
		name := fmt.Sprintf("user%d", i)
		if err := c.store.AddUser(b.Context(), login.User{
			ID: name, Username: name, Name: name, CreatedAt: time.Now().Add(-time.Hour), Apps: map[string]login.UserApp{},
		}, login.NewPassword(passwordHash())); err != nil {
			b.Fatal(err)
		}
	}
	verify, err := events.CaseNamed("authorizer-good")
	if err != nil {
		b.Fatal(err)
	}
	verifying, err := verify.Event()
	if err != nil {
		b.Fatal(err)
	}
	secret := c.secrets.Value("wxbind")
	c.secrets.Put("wxbind", fmt.Sprintf(`{"appId":%q,"appSecret":%q,"sealKey":%q}`, events.AppID, appSecret, sealKey))
	var tokens []string
	all := []*measured{
		c.measure(u, "checkBind, not bound", "checkbind", n, 301, func(i int) []byte { return checkBind(fmt.Sprintf("person%d-1", i)) }, nil),
		c.measure(u, "bind", "bind", n, 1, bindOf, func(token string) { tokens = append(tokens, token) }),
		c.measure(u, "checkBind, bound", "checkbind", n, 1, func(i int) []byte { return checkBind(fmt.Sprintf("person%d-3", i)) }, nil),
		c.measure(u, "verify (authorizer)", events.Authorizer, n, 0, func(i int) []byte {
			return []byte(strings.ReplaceAll(string(verifying), "{{token}}", tokens[i]))
		}, nil),
	}
	c.secrets.Put("wxbind", secret)
	c.addPhones(n + warmups)
	return append(all,
		c.measure(u, "bindPhone, a new user", "bindphone", n, 1, func(i int) []byte { return bindPhoneOf(fmt.Sprint("newcomer", i), i) }, nil),
		c.measure(u, "bindPhone, a user", "bindphone", n, 1, func(i int) []byte { return bindPhoneOf(phoneOwner(i), i) }, nil),
		c.measure(u, "checkBind, known by the unionid", "checkbind", n, 1, func(i int) []byte { return launchOf(fmt.Sprintf("newcomer%d-2", i), i) }, nil),
		c.measure(u, "checkBind, a launch makes a user", "checkbind", n, 1, func(i int) []byte { return launchOf(fmt.Sprintf("launcher%d-1", i), i) }, nil),
	)
}

func phoneOwner(i int) string { return fmt.Sprint("owner", i) }

// addPhones adds n users whose phone numbers were verified an hour ago.
func (c *cloud) addPhones(n int) {
	c.Helper()
	for i := range n {
		phone := events.Secret(appSecret, sealKey).PhoneOf(wechattest.PhoneNumber(phoneOwner(i)))
		phone.VerifiedAt = time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
		user := login.User{ID: phoneOwner(i), Username: phoneOwner(i), Phone: phone, CreatedAt: phone.VerifiedAt, Apps: map[string]login.UserApp{}}
		if err := c.store.AddUser(c.Context(), user, login.NewPassword(passwordHash())); err != nil {
			c.Fatal(err)
		}
	}
}

// measure plays n requests of one kind. Each must be answered with code.
func (c *cloud) measure(u *upstreams, name, function string, n int, code float64, event func(i int) []byte, saw func(token string)) *measured {
	c.Helper()
	p := c.start(function)
	m := &measured{name: name, function: function}
	var cpu time.Duration
	for i := range n + warmups {
		payload := event(i)
		if i == warmups {
			u.take()
			cpu = c.cpu(p)
		}
		began := time.Now()
		out, err := c.output(p, payload)
		wall := time.Since(began)
		if err != nil {
			c.Fatalf("%s: %v\n%s", name, err, p.Log())
		}
		if i >= warmups {
			m.walls = append(m.walls, wall)
		}
		token := c.answered(out, code)
		if saw != nil {
			saw(token)
		}
	}
	m.cpu = c.cpu(p) - cpu
	m.usage = u.take()
	peak, err := p.PeakMemory()
	if err != nil {
		c.Fatal(err)
	}
	m.peak = peak
	p.Stop()
	m.logged = len(p.Log()) / (n + warmups)
	return m
}

func (c *cloud) cpu(p interface{ CPU() (time.Duration, error) }) time.Duration {
	c.Helper()
	used, err := p.CPU()
	if err != nil {
		c.Fatal(err)
	}
	return used
}

// answered checks that an answer has the code; the authorizer's has none. It returns the
// token in the answer, if there is one.
func (c *cloud) answered(out []byte, code float64) string {
	c.Helper()
	var a struct {
		Body         string
		IsAuthorized bool
	}
	var body struct {
		Code  float64
		Token string
	}
	if json.Unmarshal(out, &a) != nil || !a.IsAuthorized && (json.Unmarshal([]byte(a.Body), &body) != nil || body.Code != code) {
		c.Fatalf("got %s, want code %v", out, code)
	}
	return body.Token
}

// bindOf returns the request of a person who binds for the first time, from an address
// that has not bound before.
func bindOf(i int) []byte {
	return from(i, lambdaevents.APIGatewayV2HTTPRequest{
		Headers: map[string]string{"content-type": "application/json"},
		Body:    fmt.Sprintf(`{"code":"person%d-2","username":"user%d","password":%q}`, i, i, events.Password),
	})
}

// bindPhoneOf returns the one tap of a person.
func bindPhoneOf(person string, i int) []byte {
	return from(i, lambdaevents.APIGatewayV2HTTPRequest{
		Headers: map[string]string{"content-type": "application/json"},
		Body:    fmt.Sprintf(`{"code":"%s-1","phoneCode":"phone-%s-1"}`, person, person),
	})
}

// launchOf returns a launch of the mini-program that links and registers.
func launchOf(code string, i int) []byte {
	return from(i, lambdaevents.APIGatewayV2HTTPRequest{RawQueryString: "appId=" + events.LaunchAppID + "&code=" + code})
}

// from completes a request from the i-th address.
func from(i int, e lambdaevents.APIGatewayV2HTTPRequest) []byte {
	e.Version, e.RequestContext = "2.0", lambdaevents.APIGatewayV2HTTPRequestContext{
		RequestID: "local",
		HTTP:      lambdaevents.APIGatewayV2HTTPRequestContextHTTPDescription{SourceIP: fmt.Sprintf("198.51.100.%d", i)},
	}
	event, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return event
}
