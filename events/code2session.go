package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// code2Session holds the cases of POST /api/login/code2session.
var code2Session = slices.Concat(
	on("code2session-good", []Case{
		{Name: "code2session-good", Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-good-base64", but: edits{inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-good-form", but: edits{formBody("code=alice-1"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-good-ipv6", but: edits{sourceIP(ipv6)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-good-app-named", but: edits{field("appId", AppID)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-app-unknown", but: edits{field("appId", "wxffffffffffffffff")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "code2session-good-app-named-as-in-prefetch", but: edits{field("appid", AppID)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-good-app-named-in-query", but: edits{query("appId=" + AppID)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-good-json-called-text", Odd: true, but: edits{contentType("text/plain")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-bound", After: afterBind, but: edits{code("alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-repeated-request", After: []string{"code2session-good"}, Status: 200, Code: 1, WeChat: 1},
		{Name: "code2session-code-of-another-route", After: []string{"checkbind-good"}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "code2session-used-code", After: []string{"code2session-good"}, but: edits{sourceIP(elsewhere)}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "code2session-no-body", but: edits{noBody}, Status: 400, Error: login.CodeMissing},
		{Name: "code2session-missing-code", but: edits{noField("code")}, Status: 400, Error: login.CodeMissing},
		{Name: "code2session-missing-code-english", but: edits{noField("code"), field("lang", "en")}, Status: 400, Error: login.CodeMissing},
		{Name: "code2session-code-in-query", but: edits{noField("code"), query("code=alice-1")}, Status: 400, Error: login.CodeMissing},
		{Name: "code2session-control-character-code", but: edits{code("alice\n-1")}, Status: 400, Error: login.CodeInvalid},
		{Name: "code2session-bad-json", but: edits{body(`{code:"alice-1"}`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "code2session-two-json-values", but: edits{body(`{"code":"alice-1"} {}`)}, Status: 400, Error: login.BodyTrailing},
		{Name: "code2session-deep-json", but: edits{body(`{"code":` + deepObject + `}`)}, Status: 400, Error: login.BodyTooDeep},
		{Name: "code2session-wrong-type", but: edits{field("code", 1)}, Status: 400, Error: login.FieldWrongType},
		{Name: "code2session-repeated-field", but: edits{body(`{"code":"alice-1","code":"alice-2"}`)}, Status: 400, Error: login.ParameterRepeated},
		{Name: "code2session-repeated-form-field", but: edits{formBody("code=alice-1&code=alice-2"), inBase64}, Status: 400, Error: login.ParameterRepeated},
		{Name: "code2session-wrong-content-type", but: edits{body("<code>alice-1</code>"), contentType("application/xml")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "code2session-too-large-body", but: edits{fillTo(64<<10 + 1)}, Status: 413, Error: login.BodyTooLarge},
	}),
	slices.Concat(badCodes.only("empty-code", "over-long-code", "non-ascii-code"), wordCodes, badQueries.only("malformed-query"), notHTTP, weChat.only(
		"wechat-busy", "wechat-code-invalid", "wechat-user-throttled", "wechat-app-invalid", "wechat-secret-invalid", "wechat-html",
	)).of("code2session", "code2session-good"),
)

func init() { declare(code2Session) }
