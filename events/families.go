package events

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// family is a set of cases that several routes share. Their names lack the route's prefix.
type family []Case

// of returns the family on a route. The names begin with the prefix, and the events
// differ from the file. A case that does not say what it comes after comes after these.
func (f family) of(prefix, file string, after ...string) []Case {
	cases := on(file, slices.Clone(f))
	for i := range cases {
		cases[i].Name = prefix + "-" + cases[i].Name
		if len(cases[i].After) == 0 {
			cases[i].After = after
		}
	}
	return cases
}

// only returns the members with these names.
func (f family) only(names ...string) family {
	var some family
	for _, name := range names {
		i := slices.IndexFunc(f, func(c Case) bool { return c.Name == name })
		if i < 0 {
			panic(fmt.Sprintf("events: no %q in the family", name))
		}
		some = append(some, f[i])
	}
	return some
}

// but returns the family with one more edit.
func (f family) but(more edit) family {
	others := slices.Clone(f)
	for i := range others {
		others[i].but = append(slices.Clone(others[i].but), more)
	}
	return others
}

// answered returns the family with another answer.
func (f family) answered(answer Case) family {
	others := slices.Clone(f)
	for i := range others {
		c := &others[i]
		c.Status, c.Code, c.Error, c.Holds, c.WeChat = answer.Status, answer.Code, answer.Error, answer.Holds, answer.WeChat
	}
	return others
}

// on sets the file that the events differ from, for each case that does not name one.
func on(file string, cases []Case) []Case {
	for i := range cases {
		if cases[i].from == "" {
			cases[i].from = file
		}
	}
	return cases
}

// afterBind is the case that most cases come after.
var afterBind = []string{"bind-good"}

// These are well-formed tokens without a session: one of a user, and one of nobody.
const (
	unknownToken  = "wxb_ZGVtby1pZA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	tokenOfNobody = "wxb_bm9ib2R5LWlk.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

// badTokens are for each route that takes a token.
var badTokens = family{
	{Name: "missing-token", but: edits{noToken}, Status: 401, Error: login.SessionInvalid},
	{Name: "malformed-token", but: edits{token("wxb_oops")}, Status: 401, Error: login.SessionInvalid},
	{Name: "unknown-token", but: edits{token(unknownToken)}, Status: 401, Error: login.SessionInvalid},
}

// oddTokens are for the routes whose subject is the token.
var oddTokens = family{
	{Name: "empty-token", but: edits{token("")}, Status: 401, Error: login.SessionInvalid},
	{Name: "old-format-token", but: edits{token("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl")}, Status: 401, Error: login.SessionInvalid},
	{Name: "over-long-token", but: edits{token("wxb_" + strings.Repeat("A", 400) + "." + strings.Repeat("A", 43))}, Status: 401, Error: login.SessionInvalid},
	{Name: "token-cut-short", but: edits{token(strings.TrimSuffix(unknownToken, "A"))}, Status: 401, Error: login.SessionInvalid},
	{Name: "token-of-nobody", but: edits{token(tokenOfNobody)}, Status: 401, Error: login.SessionInvalid},
	{Name: "two-tokens", After: afterBind, but: edits{token(TokenHere + ",Bearer " + TokenHere)}, Status: 401, Error: login.SessionInvalid},
	{Name: "basic-scheme", After: afterBind, but: edits{header("authorization", "Basic "+TokenHere)}, Status: 401, Error: login.SessionInvalid},
	{Name: "bad-bearer-before-x-token", After: afterBind, but: edits{token("wxb_oops"), header("x-token", TokenHere)}, Status: 401, Error: login.SessionInvalid},
}

// endedSessions are sessions that were live once.
var endedSessions = family{
	{Name: "revoked", After: []string{"bind-good", "logout-good"}, Status: 401, Error: login.SessionRevoked},
	{Name: "logged-out-everywhere", After: []string{"bind-good", "logout-good-all"}, Status: 401, Error: login.SessionRevoked},
	{Name: "replaced", After: afterBind, Meanwhile: Replaced, Status: 401, Error: login.SessionReplaced},
	{Name: "expired", After: afterBind, Meanwhile: Expired, Status: 401, Error: login.SessionExpired},
	{Name: "disabled", After: afterBind, Meanwhile: Disabled, Status: 401, Error: login.UserDisabled},
	{Name: "unbound", After: []string{"bind-good", "unbind-force-good"}, Status: 401, Error: login.BindingRemoved},
	{Name: "deleted", After: []string{"bind-good", "account-delete-good"}, Status: 401, Error: login.SessionInvalid},
}

// badCodes are for each route that logs in.
var badCodes = family{
	{Name: "empty-code", but: edits{code("")}, Status: 400, Error: login.CodeMissing},
	{Name: "over-long-code", but: edits{code(overLongCode)}, Status: 400, Error: login.CodeInvalid},
	{Name: "non-ascii-code", but: edits{code("登录")}, Status: 400, Error: login.CodeInvalid},
	{Name: "control-character-code", but: edits{code("alice\x00-1")}, Status: 400, Error: login.CodeInvalid},
}

// badProofs are for each route with reauthentication.
var badProofs = family{
	{Name: "used-code", but: edits{code("alice-1")}, Status: 200, Error: login.ReauthRequired, WeChat: 1},
	{Name: "code-of-another", but: edits{code("bob-1")}, Status: 200, Error: login.ReauthRequired, WeChat: 1},
	{Name: "over-long-code", but: edits{code(overLongCode)}, Status: 400, Error: login.CodeInvalid},
}

// invalidProof is a code that WeChat does not know, on a route with reauthentication.
var invalidProof = weChat.only("wechat-code-invalid").answered(Case{Status: 200, Error: login.ReauthRequired, WeChat: 1})

var overLongCode = strings.Repeat("a", 257)

// wordCodes are JavaScript's words for nothing and for an object. They are for each route that logs in, and for
// each with reauthentication.
var wordCodes = family{
	{Name: "undefined-code", but: edits{code("undefined")}, Status: 400, Error: login.CodeInvalid},
	{Name: "null-code", but: edits{code("null")}, Status: 400, Error: login.CodeInvalid},
	{Name: "nan-code", but: edits{code("NaN")}, Status: 400, Error: login.CodeInvalid},
	{Name: "object-for-a-code", but: edits{code("[object Object]")}, Status: 400, Error: login.CodeInvalid},
}

// emptyBodies say nothing. They are for each route that can do without a body, and are answered as if there
// were none.
func emptyBodies(answer Case) family {
	return family{
		{Name: "null-body", Odd: true, but: edits{jsonBody(`null`)}},
		{Name: "empty-string-body", Odd: true, but: edits{jsonBody(`""`)}},
		{Name: "empty-array-body", Odd: true, but: edits{jsonBody(`[ ]`)}},
		{Name: "empty-object-body", but: edits{jsonBody(`{}`)}},
		{Name: "blank-body", Odd: true, but: edits{jsonBody(" \n\u3000")}},
		{Name: "largest-blank-body", Odd: true, but: edits{jsonBody(strings.Repeat(" ", 64<<10))}},
		{Name: "undefined-body", Odd: true, but: edits{body("undefined"), contentType("text/plain;charset=UTF-8")}},
		{Name: "null-body-in-base64", but: edits{body("\uFEFFnull"), without("headers.content-type"), inBase64}},
	}.answered(answer)
}

// badQueries are for every route, whatever its query is for.
var badQueries = family{
	{Name: "malformed-query", but: edits{query("lang=%e")}, Status: 400, Error: login.QueryMalformed},
	{Name: "repeated-query-parameter", but: edits{query("lang=en&lang=zh")}, Status: 400, Error: login.ParameterRepeated},
	{Name: "two-apps-in-query", but: edits{query("appId=" + AppID + "&appid=wxfedcba9876543210")}, Status: 400, Error: login.ParameterRepeated},
}

// notHTTP is for every function.
var notHTTP = family{
	{Name: "no-http-api-event", but: edits{whole(`{}`)}, Status: 400, Error: login.EventMalformed},
}

// badBodies are for each route that can do without a body. The name is a field of the
// body, and both values are valid JSON for it.
func badBodies(name, value, other string) family {
	object, pair := `{"`+name+`":`+value+`}`, name+"="+strings.Trim(value, `"`)
	return family{
		{Name: "bad-json", but: edits{jsonBody(`{"` + name + `":`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "json-array", but: edits{jsonBody(`[` + object + `]`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "lost-object", but: edits{jsonBody(`[object Object]`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "lost-object-as-form", but: edits{formBody(`[object Object]`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "xml-as-json", but: edits{jsonBody(`<xml/>`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "two-json-values", but: edits{jsonBody(object + object)}, Status: 400, Error: login.BodyTrailing},
		{Name: "deep-json", but: edits{jsonBody(`{"x":` + deepArray + `}`)}, Status: 400, Error: login.BodyTooDeep},
		{Name: "wrong-type", but: edits{jsonBody(`{"` + name + `":7}`)}, Status: 400, Error: login.FieldWrongType},
		{Name: "repeated-field", but: edits{jsonBody(`{"` + name + `":` + value + `,"` + name + `":` + other + `}`)}, Status: 400, Error: login.ParameterRepeated},
		{Name: "repeated-form-field", but: edits{formBody(pair + "&" + name + "=" + strings.Trim(other, `"`))}, Status: 400, Error: login.ParameterRepeated},
		{Name: "malformed-form", but: edits{formBody(name + "=%zz")}, Status: 400, Error: login.BodyMalformed},
		{Name: "wrong-content-type", but: edits{body(`<xml/>`), contentType("text/xml")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "no-content-type", but: edits{body(name), without("headers.content-type")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "multipart", but: edits{
			body("--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\ntrue\r\n--x--\r\n"), contentType("multipart/form-data; boundary=x"),
		}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "too-large-body", but: edits{jsonBody(`{"x":"` + strings.Repeat("x", 64<<10) + `"}`)}, Status: 413, Error: login.BodyTooLarge},
		{Name: "too-many-blanks", but: edits{jsonBody(strings.Repeat(" ", 64<<10+1))}, Status: 413, Error: login.BodyTooLarge},
		{Name: "broken-base64", but: edits{jsonBody("?"), notBase64}, Status: 400, Error: login.BodyMalformed},
	}
}

// These values are nested deeper than a body may be, once they are inside an object.
var (
	deepArray  = strings.Repeat("[", 16) + strings.Repeat("]", 16)
	deepObject = strings.Repeat(`{"x":`, 16) + "1" + strings.Repeat("}", 16)
)

// weChat holds what WeChat can answer to a code. Each route that asks WeChat has some
// of these cases. See pkg/wechattest for the codes.
var weChat = family{
	{Name: "wechat-busy", but: edits{code("err-1-x")}, Status: 503, Error: login.WXBusy, WeChat: 2},
	{Name: "wechat-not-issued", but: edits{code("081kMzFa1eX7Hh0R4oGa1Zb2Ct2kMzFm")}, Status: 200, Error: login.WXCodeInvalid, WeChat: 1},
	{Name: "wechat-code-invalid", but: edits{code("err40029-x")}, Status: 200, Error: login.WXCodeInvalid, WeChat: 1},
	{Name: "wechat-code-used", but: edits{code("err40163-x")}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
	{Name: "wechat-user-throttled", but: edits{code("err45011-x")}, Status: 429, Error: login.WXThrottled, WeChat: 1},
	{Name: "wechat-user-blocked", but: edits{code("err40226-x")}, Status: 200, Error: login.WXUserBlocked, WeChat: 1},
	{Name: "wechat-user-limited", but: edits{code("err50002-x")}, Status: 200, Error: login.WXUserLimited, WeChat: 1},
	{Name: "wechat-app-invalid", but: edits{code("err40013-x")}, Status: 500, Error: login.WXAppRejected, WeChat: 1},
	{Name: "wechat-app-missing", but: edits{code("err41002-x")}, Status: 500, Error: login.WXAppRejected, WeChat: 1},
	{Name: "wechat-secret-invalid", but: edits{code("err40125-x")}, Status: 503, Error: login.WXSecretRejected, WeChat: 1},
	{Name: "wechat-secret-missing", but: edits{code("err41004-x")}, Status: 500, Error: login.WXSecretUnusable, WeChat: 1},
	{Name: "wechat-secret-frozen", but: edits{code("err40243-x")}, Status: 500, Error: login.WXSecretUnusable, WeChat: 1},
	{Name: "wechat-code-missing", but: edits{code("err41008-x")}, Status: 500, Error: login.WXRequestInvalid, WeChat: 1},
	{Name: "wechat-address-blocked", but: edits{code("err40164-x")}, Status: 500, Error: login.WXAddressBlocked, WeChat: 1},
	{Name: "wechat-quota-spent", but: edits{code("err45009-x")}, Status: 503, Error: login.WXQuotaSpent, WeChat: 1},
	{Name: "wechat-unknown-errcode", but: edits{code("err99999-x")}, Status: 503, Error: login.WXUnexpected, WeChat: 1},
	{Name: "wechat-empty", but: edits{code("empty-alice-1")}, Status: 503, Error: login.WXUnavailable, WeChat: 1},
	{Name: "wechat-html", but: edits{code("html-alice-1")}, Status: 503, Error: login.WXUnexpected, WeChat: 1},
	{Name: "wechat-huge", but: edits{code("huge-alice-1")}, Status: 503, Error: login.WXUnexpected, WeChat: 1},
	{Name: "wechat-http404", but: edits{code("http404-alice-1")}, Status: 503, Error: login.WXUnexpected, WeChat: 1},
	{Name: "wechat-http500", but: edits{code("http500-alice-1")}, Status: 503, Error: login.WXUnavailable, WeChat: 1},
	{Name: "wechat-reset", but: edits{code("reset-alice-1")}, Status: 503, Error: login.WXUnavailable, WeChat: 1},
}
