package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// These are the body of bind-good.json, and the same as a form.
const (
	bindJSON = `{"code":"alice-1","username":"demo","password":"demo-password"}`
	bindForm = "code=alice-1&username=demo&password=demo-password"
)

// These are the openids that the stand-in gives to alice and bob.
const (
	openIDOfAlice = "oS14NfSydoAfXYlukZv_xPPF39pO"
	openIDOfBob   = "oVkA-z2op52m_c0gfJPDy71tMCcH"
)

// bind holds the cases of POST /mobileApi/user/bind.
var bind = slices.Concat(
	on("bind-good", []Case{
		{Name: "bind-good", Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-charset", but: edits{contentType("application/json; charset=UTF-8")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-base64", but: edits{inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-form", but: edits{formBody(bindForm), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-form-plain", but: edits{formBody(bindForm)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-english", but: edits{field("lang", "en")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-english-query", but: edits{query("lang=en")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-ipv6", but: edits{sourceIP(ipv6), userAgent(android)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-open-id", but: edits{field("openId", openIDOfAlice)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-open-id-null", but: edits{field("openId", nil)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-app-named", but: edits{field("appId", AppID)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-app-unknown", but: edits{field("appId", "wxffffffffffffffff")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "bind-good-app-named-in-query", but: edits{query("appid=" + AppID)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-optional-fields-undefined", but: edits{
			field("openId", "undefined"), field("appid", "null"), field("lang", "NaN"),
			field("newPassword", "undefined"),
		}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-byte-order-mark", Odd: true, but: edits{body("\uFEFF" + bindJSON), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-byte-order-mark-form", Odd: true, but: edits{formBody("\uFEFF" + bindForm), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-charset-without-its-name", but: edits{contentType("application/json; utf-8"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-content-type-twice", Odd: true, but: edits{contentType("application/json, application/json"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-content-type-twice-with-charset", but: edits{contentType("application/json;charset=UTF-8,application/json"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-other-charset-but-ascii", but: edits{contentType("application/json; charset=GBK")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-json-called-form", Odd: true, but: edits{formBody(bindJSON), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-json-called-text", Odd: true, but: edits{contentType("text/plain;charset=UTF-8")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-json-called-anything", Odd: true, but: edits{contentType("*/*"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-json-without-content-type", Odd: true, but: edits{without("headers.content-type"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-form-called-json", Odd: true, but: edits{body(bindForm)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-form-without-content-type", Odd: true, but: edits{body(bindForm), without("headers.content-type"), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-app-named-everywhere", but: edits{body(strings.TrimSuffix(bindJSON, "}") + `,"appId":"` + AppID + `"}`), query("appId=" + AppID + "&appid=" + AppID)},
			Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-fields-twice-alike", but: edits{body(strings.TrimSuffix(bindJSON, "}") + `,"username":"demo"}`)}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-form-fields-twice-alike", but: edits{formBody(bindForm + "&username=demo"), inBase64}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-good-objects-that-may-be-absent", Odd: true, but: edits{body(`{"openId":{},"newPassword":{},"appId":{"id":1},"lang":{},` + bindJSON[1:])},
			Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-unknown-fields-twice", but: edits{body(`{"ids":1,"ids":2,` + bindJSON[1:])}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-unknown-form-fields", Odd: true, but: edits{formBody("ids[]=1&ids[]=2&_t=100%&q=a;b&" + bindForm)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-query-that-is-ignored", but: edits{query("code=a&code=b&password=%zz&_t=1&_t=1")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-repeated-in-another-form", After: afterBind, but: edits{formBody(bindForm + "&openId=undefined&appId="), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-folded", but: edits{field("username", "DEMO")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-in-blanks", but: edits{field("username", " DEMO ")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-in-ideographic-spaces", but: edits{field("username", "\u3000demo\u3000")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-in-zero-width", but: edits{field("username", "\ufeff\u200bdemo\u200d\u2060")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-copied-from-contacts", but: edits{field("username", "\u202ademo\u202c")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-full-width", but: edits{field("username", "ｄｅｍｏ")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-username-full-width-form", but: edits{formBody(strings.Replace(bindForm, "=demo", "=+%EF%BC%A4%EF%BC%A5%EF%BC%AD%EF%BC%AF%E3%80%80", 1)), inBase64}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-password-in-blanks", but: edits{field("password", " "+Password+" ")}, Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "bind-password-full-width", but: edits{field("password", "ｄｅｍｏ－ｐａｓｓｗｏｒｄ")}, Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "bind-good-unknown-fields", but: edits{
			field("scene", 1001), field("device", map[string]any{"model": []any{"iPhone 15", map[string]any{"os": 17}}}),
		}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-good-other-user", but: edits{code("bob-1"), field("username", OtherUsername)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-again", After: afterBind, but: edits{code("alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-repeated-request", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-repeated-when-replaced", After: afterBind, Meanwhile: Replaced, Status: 200, Error: login.SessionReplaced, WeChat: 1},
		{Name: "bind-used-code-with-another-password", After: []string{"bind-wrong-password"}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "bind-user-bound", After: afterBind, but: edits{code("bob-1")}, Status: 200, Error: login.UserBound, WeChat: 1},
		{Name: "bind-good-staff", but: edits{field("appId", StaffAppID)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-replace-good", After: afterBind, but: edits{code("bob-1"), field("replace", true)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-replace-good-nobody", but: edits{field("replace", true)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-replace-good-taken-back", After: []string{"bind-good", "bind-replace-good"}, but: edits{code("alice-2"), field("replace", true)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-replace-undefined", After: afterBind, but: edits{code("bob-1"), field("replace", "undefined")}, Status: 200, Error: login.UserBound, WeChat: 1},
		{Name: "bind-replace-too-soon", After: []string{"bind-good", "bind-replace-good"}, but: edits{code("carol-1"), field("replace", true)},
			Status: 429, Error: login.RebindTooSoon, WeChat: 1},
		{Name: "bind-replace-closed", After: []string{"bind-good-staff"}, but: edits{code("bob-1"), field("appId", StaffAppID), field("replace", true)},
			Status: 200, Error: login.RebindClosed, WeChat: 1},
		{Name: "bind-replace-of-wrong-type", but: edits{field("replace", "yes")}, Status: 400, Error: login.FieldWrongType},
		{Name: "bind-wrong-password", from: "bind-wrong-password", Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "bind-temporary-password", Meanwhile: Temporary, Status: 200, Error: login.PasswordChangeRequired, WeChat: 1},
		{Name: "bind-temporary-password-wrong", from: "bind-wrong-password", Meanwhile: Temporary, Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "bind-temporary-password-expired", Meanwhile: TemporaryExpired, Status: 200, Error: login.PasswordExpired, WeChat: 1},
		{Name: "bind-new-password", Meanwhile: Temporary, but: edits{field("newPassword", NewPassword)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-new-password-again", After: afterBind, Meanwhile: Temporary, but: edits{
			code("alice-2"), field("newPassword", NewPassword),
		}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-new-password-null", but: edits{field("newPassword", nil)}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bind-new-password-too-late", Meanwhile: TemporaryExpired, but: edits{field("newPassword", NewPassword)}, Status: 200, Error: login.PasswordExpired, WeChat: 1},
		{Name: "bind-new-password-too-weak", Meanwhile: Temporary, but: edits{field("newPassword", "Password1")}, Status: 200, Error: login.PasswordTooWeak},
		{Name: "bind-new-password-is-the-old", Meanwhile: Temporary, but: edits{field("newPassword", Password)}, Status: 200, Error: login.PasswordTooWeak},
		{Name: "bind-new-password-over-long", but: edits{field("newPassword", strings.Repeat("p", 257))}, Status: 400, Error: login.PasswordInvalid},
		{Name: "bind-new-password-for-no-temporary", but: edits{field("newPassword", NewPassword)}, Status: 200, Error: login.PasswordNotTemporary, WeChat: 1},
		{Name: "bind-unknown-user", but: edits{field("username", "nobody")}, Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "bind-used-code", After: afterBind, but: edits{sourceIP(elsewhere)}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "bind-missing-code", but: edits{noField("code")}, Status: 400, Error: login.CodeMissing},
		{Name: "bind-missing-code-english", but: edits{noField("code"), field("lang", "en")}, Status: 400, Error: login.CodeMissing},
		{Name: "bind-open-id-without-code", but: edits{noField("code"), field("openId", openIDOfAlice)}, Status: 200, Error: login.BindProofRequired},
		{Name: "bind-open-id-of-another", but: edits{field("openId", openIDOfBob)}, Status: 200, Error: login.IdentityMismatch, WeChat: 1},
		{Name: "bind-over-long-open-id", but: edits{field("openId", strings.Repeat("o", 513))}, Status: 400, Error: login.OpenIDInvalid},
		{Name: "bind-non-ascii-open-id", but: edits{field("openId", "开放")}, Status: 400, Error: login.OpenIDInvalid},
		{Name: "bind-open-id-with-undefined-code", but: edits{field("code", "undefined"), field("openId", openIDOfAlice)}, Status: 400, Error: login.CodeInvalid},
		{Name: "bind-temporary-password-new-undefined", Meanwhile: Temporary, but: edits{field("newPassword", "undefined")}, Status: 200, Error: login.PasswordChangeRequired, WeChat: 1},
		{Name: "bind-username-null-is-a-name", but: edits{field("username", "null")}, Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "bind-missing-username", but: edits{noField("username")}, Status: 400, Error: login.UsernameMissing},
		{Name: "bind-empty-username", but: edits{field("username", "")}, Status: 400, Error: login.UsernameMissing},
		{Name: "bind-blank-username", but: edits{field("username", " \u3000\ufeff")}, Status: 400, Error: login.UsernameMissing},
		{Name: "bind-zero-width-in-username", but: edits{field("username", "de\u200bmo")}, Status: 400, Error: login.UsernameInvalid},
		{Name: "bind-accent-before-username", but: edits{field("username", "´demo")}, Status: 400, Error: login.UsernameInvalid},
		{Name: "bind-over-long-username", but: edits{field("username", strings.Repeat("u", 129))}, Status: 400, Error: login.UsernameInvalid},
		{Name: "bind-nul-in-username", but: edits{field("username", "demo\x00")}, Status: 400, Error: login.UsernameInvalid},
		{Name: "bind-invalid-utf8-username", but: edits{jsonBody(strings.Replace(bindJSON, "demo", "de\xffmo", 1)), inBase64}, Status: 400, Error: login.UsernameInvalid},
		{Name: "bind-missing-password", but: edits{noField("password")}, Status: 400, Error: login.PasswordMissing},
		{Name: "bind-empty-password", but: edits{field("password", "")}, Status: 400, Error: login.PasswordMissing},
		{Name: "bind-over-long-password", but: edits{field("password", strings.Repeat("p", 257))}, Status: 400, Error: login.PasswordInvalid},
		{Name: "bind-nul-in-password", but: edits{field("password", "demo\x00password")}, Status: 400, Error: login.PasswordInvalid},
		{Name: "bind-invalid-utf8-password", but: edits{jsonBody(strings.Replace(bindJSON, Password, "demo\xffpassword", 1)), inBase64}, Status: 400, Error: login.PasswordInvalid},
		{Name: "bind-invalid-utf8-form", but: edits{formBody(strings.Replace(bindForm, Password, "demo%FFpassword", 1)), inBase64}, Status: 400, Error: login.PasswordInvalid},
	}),
	on("bind-good", []Case{
		{Name: "bind-no-body", but: edits{noBody}, Status: 400, Error: login.CodeMissing},
		{Name: "bind-empty-body", but: edits{body("")}, Status: 400, Error: login.CodeMissing},
		{Name: "bind-null-body", but: edits{body("null")}, Status: 400, Error: login.CodeMissing},
		{Name: "bind-lost-object", but: edits{body("[object Object]")}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-bad-json", but: edits{body(`{"code":"alice-1",`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-json-array", but: edits{body("[" + bindJSON + "]")}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-json-string", but: edits{body(`"alice-1"`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-two-json-values", but: edits{body(bindJSON + bindJSON)}, Status: 400, Error: login.BodyTrailing},
		{Name: "bind-deep-json", but: edits{body(`{"x":` + deepArray + "," + bindJSON[1:])}, Status: 400, Error: login.BodyTooDeep},
		{Name: "bind-wrong-type", but: edits{field("password", 12345678)}, Status: 400, Error: login.FieldWrongType},
		{Name: "bind-repeated-field", but: edits{body(strings.TrimSuffix(bindJSON, "}") + `,"username":"demo2"}`)}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-repeated-form-field", but: edits{formBody(bindForm + "&username=demo2"), inBase64}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-malformed-form", but: edits{formBody(bindForm + "%2"), inBase64}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-wrong-content-type", but: edits{body("<code>alice-1</code>"), contentType("text/xml")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-no-content-type", but: edits{body("alice-1"), without("headers.content-type")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-wrong-charset", but: edits{field("username", "用户"), contentType("application/json; charset=GBK")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-wrong-charset-of-form", but: edits{formBody(strings.Replace(bindForm, "demo", "%D3%C3", 1)), contentType("application/x-www-form-urlencoded; charset=GBK"), inBase64},
			Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-utf-16", but: edits{jsonBody("\xff\xfe{\x00\"\x00c\x00"), inBase64}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-multipart", but: edits{
			body("--x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nalice-1\r\n--x--\r\n"), contentType("multipart/form-data; boundary=x"), inBase64,
		}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-two-apps", but: edits{field("appId", AppID), field("appid", "wxfedcba9876543210")}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-too-large-body", but: edits{fillTo(64<<10 + 1)}, Status: 413, Error: login.BodyTooLarge},
		{Name: "bind-too-large-body-base64", but: edits{fillTo(64<<10 + 1), inBase64}, Status: 413, Error: login.BodyTooLarge},
		{Name: "bind-broken-base64", but: edits{notBase64}, Status: 400, Error: login.BodyMalformed},
	}),
	slices.Concat(badCodes, wordCodes, badQueries, notHTTP, weChat.only(
		"wechat-busy", "wechat-code-invalid", "wechat-user-throttled", "wechat-app-invalid", "wechat-secret-invalid", "wechat-reset",
	)).of("bind", "bind-good"),
)

func init() { declare(bind) }
