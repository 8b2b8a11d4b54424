package functions_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// change is what a request changes about its user: how many more of each thing there are
// than before. A negative number means that some are gone.
type change struct {
	Users, Bindings, Sessions, Phones, Avatars int
}

func (c change) plus(d change) change {
	return change{c.Users + d.Users, c.Bindings + d.Bindings, c.Sessions + d.Sessions, c.Phones + d.Phones, c.Avatars + d.Avatars}
}

func (c change) negative() change {
	return change{-c.Users, -c.Bindings, -c.Sessions, -c.Phones, -c.Avatars}
}

// call is a good request to a route.
type call struct {
	// key is the route's; see apigw.Route.Key. From the route follow the next three.
	key      string
	function string
	// needs are all that the route stands on.
	needs needs.Set
	// startsAtWeChat says that the code is looked at first. Elsewhere it is the session.
	startsAtWeChat bool
	// unbound says that the caller is not bound yet, and stranger that they are no user either.
	unbound, stranger bool
	// asksNumber says that WeChat is asked for a phone number.
	asksNumber bool
	// makes is what the request changes, and remakes what one more such request does.
	makes, remakes change
	// atOnce says that the change is one transaction, although it changes no binding.
	atOnce bool
	// told says that the change and its notice are one transaction. Where no notices are kept, it is one write.
	told bool
	// partly is what may be done of a call that failed; one more then does the rest.
	partly change
	// over is how one more is answered where the request has ended its own session.
	over login.Code
	// event is the request, with a code and the token of a session.
	event func(p *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest
}

// writes says whether the call writes anything, even if only the mark of a login.
func (c call) writes() bool { return c.changes() || c.needs.Has(needs.WeChat) }

// changes says whether the call changes what its user has.
func (c call) changes() bool { return c.makes != change{} }

// writesSession says whether the call writes a session outside a transaction.
func (c call) writesSession() bool {
	return c.changes() && !c.transacts() || c.partly != change{}
}

// transacts says whether the call writes in a transaction.
func (c call) transacts() bool { return c.makes.Bindings != 0 || c.atOnce || c.told }

// special holds the calls of routes that change something, or that need more than a token
// and a code.
var special = []call{
	{
		key:   "GET /mobileApi/user/checkBind",
		makes: change{Sessions: 1}, remakes: change{Sessions: 1},
		event: withQuery,
	},
	{
		key: "POST /mobileApi/user/bind", unbound: true,
		makes: change{Bindings: 1, Sessions: 1}, remakes: change{Sessions: 1},
		event: func(p *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
			return withBody(token, map[string]any{"code": code, "username": p.name, "password": events.Password})
		},
	},
	{
		key: "POST /mobileApi/user/bindPhone", stranger: true, asksNumber: true,
		makes: change{Users: 1, Bindings: 1, Sessions: 1, Phones: 1}, remakes: change{Sessions: 1},
		event: withPhoneCode,
	},
	{
		key: "POST /mobileApi/user/register", stranger: true,
		makes: change{Users: 1, Bindings: 1, Sessions: 1}, remakes: change{Sessions: 1},
		event: withCode,
	},
	{
		key: "POST /mobileApi/user/phone", asksNumber: true,
		makes: change{Phones: 1}, atOnce: true,
		event: withPhoneCode,
	},
	{
		key:   "POST /mobileApi/user/profile",
		makes: change{Avatars: 1}, atOnce: true,
		event: func(_ *person, _, token string) lambdaevents.APIGatewayV2HTTPRequest {
			return withBody(token, map[string]any{"name": "张三", "avatar": "https://img.example.com/a.png"})
		},
	},
	{
		key: "POST /mobileApi/wechat/decrypt",
		event: func(p *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
			plain := fmt.Sprintf(`{"purePhoneNumber":%q,"watermark":{"timestamp":%d,"appid":%q}}`, wechattest.PhoneNumber(p.name)[1:], time.Now().Unix(), events.AppID)
			data, iv := wechattest.Encrypt(wechattest.SessionKey(events.AppID, code), []byte(plain))
			return withBody(token, map[string]any{"code": code, "encryptedData": data, "iv": iv})
		},
	},
	{
		key:   "POST /mobileApi/user/logout",
		makes: change{Sessions: -1}, told: true, over: login.SessionRevoked, event: withToken,
	},
	{
		key:   "DELETE /mobileApi/user/sessions/{id}",
		makes: change{Sessions: -1}, told: true,
		event: func(p *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
			e := withToken(p, code, token)
			e.PathParameters = map[string]string{"id": p.otherSession}
			return e
		},
	},
	{
		key:   "POST /mobileApi/user/unbind",
		makes: change{Bindings: -1, Sessions: -2}, over: login.BindingRemoved,
		event: func(_ *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
			return withBody(token, map[string]any{"code": code, "force": true})
		},
	},
	{
		key:   "POST /mobileApi/user/password",
		makes: change{Sessions: -1}, atOnce: true, // the session that asks goes on
		event: func(_ *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
			return withBody(token, map[string]any{"code": code, "password": events.Password, "newPassword": events.NewPassword})
		},
	},
	{
		key:   "DELETE /mobileApi/user/account",
		makes: change{Users: -1, Bindings: -1, Sessions: -2}, over: login.SessionInvalid,
		partly: change{Sessions: -1}, // the session that asks stays until the user is gone
		event:  withCode,
	},
	{
		key: "GET /wechat/events/{appId}",
		event: func(*person, string, string) lambdaevents.APIGatewayV2HTTPRequest {
			return ofEvent(events.PushURL())
		},
	},
	{
		key:   "POST /wechat/events/{appId}",
		makes: change{Bindings: -1, Sessions: -2}, // one more finds nothing to do
		event: func(p *person, code, _ string) lambdaevents.APIGatewayV2HTTPRequest {
			if strings.HasPrefix(code, "err40029-") { // a code that warms, and changes nothing
				return ofEvent(events.ClosedBy("nobody"))
			}
			return ofEvent(events.ClosedBy(p.name))
		},
	},
	{
		key: "POST /api/login/introspect",
		event: func(_ *person, _, token string) lambdaevents.APIGatewayV2HTTPRequest {
			return lambdaevents.APIGatewayV2HTTPRequest{
				Headers: map[string]string{
					"authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(events.ServiceID+":"+events.ServiceKey)),
					"content-type":  "application/x-www-form-urlencoded",
				},
				Body: "token=" + url.QueryEscape(token),
			}
		},
	},
	{
		key: "GET /api/sample/whoami",
		event: func(p *person, _, _ string) lambdaevents.APIGatewayV2HTTPRequest {
			e := lambdaevents.APIGatewayV2HTTPRequest{}
			e.RequestContext.Authorizer = &lambdaevents.APIGatewayV2HTTPRequestContextAuthorizerDescription{
				Lambda: map[string]any{"userId": p.id, "appId": events.AppID, "roles": []string{}},
			}
			return e
		},
	},
}

// calls has one call for each route, and one for the authorizer.
var calls = func() []call {
	var all []call
	for _, route := range apigw.Routes() {
		c := call{key: route.Key(), event: withQuery}
		if route.Method == http.MethodPost {
			c.event = withCode
		}
		if i := slices.IndexFunc(special, func(s call) bool { return s.key == c.key }); i >= 0 {
			c = special[i]
		}
		c.function, c.needs, c.startsAtWeChat = route.Function, route.Needs(), route.Guard() == apigw.GuardCode
		all = append(all, c)
	}
	return append(all, call{key: events.Authorizer, function: apigw.AuthorizerFunction, needs: apigw.AuthorizerNeeds, event: withToken})
}()

// ofEvent is a request to the push route.
func ofEvent(query, body string) lambdaevents.APIGatewayV2HTTPRequest {
	return lambdaevents.APIGatewayV2HTTPRequest{
		RawQueryString: query, Body: body, PathParameters: map[string]string{"appId": events.AppID},
	}
}

func withToken(_ *person, _, token string) lambdaevents.APIGatewayV2HTTPRequest {
	return lambdaevents.APIGatewayV2HTTPRequest{Headers: map[string]string{"authorization": "Bearer " + token}}
}

func withQuery(p *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
	e := withToken(p, code, token)
	e.RawQueryString = "code=" + code
	return e
}

func withCode(_ *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
	return withBody(token, map[string]any{"code": code})
}

func withPhoneCode(p *person, code, token string) lambdaevents.APIGatewayV2HTTPRequest {
	return withBody(token, map[string]any{"code": code, "phoneCode": p.nextPhoneCode()})
}

func withBody(token string, fields map[string]any) lambdaevents.APIGatewayV2HTTPRequest {
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // texts always marshal
	}
	return lambdaevents.APIGatewayV2HTTPRequest{
		Headers: map[string]string{"authorization": "Bearer " + token, "content-type": "application/json"},
		Body:    string(body),
	}
}

// payload returns the call as API Gateway sends it.
func (c call) payload(p *person, code, token string) []byte {
	e := c.event(p, code, token)
	e.Version, e.RouteKey = "2.0", c.key
	e.RequestContext.RequestID = "fault"
	e.RequestContext.HTTP = lambdaevents.APIGatewayV2HTTPRequestContextHTTPDescription{Method: http.MethodPost, SourceIP: p.address}
	payload, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts always marshal
	}
	return payload
}

// ofNoRoute returns the special calls whose route does not exist.
func ofNoRoute() []string {
	var keys []string
	for _, c := range special {
		if !slices.ContainsFunc(calls, func(known call) bool { return known.key == c.key }) {
			keys = append(keys, c.key)
		}
	}
	return keys
}
