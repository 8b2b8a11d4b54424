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
		{Name: "bind-bad-json", but: edits{body(`{"code":"alice-1",`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-json-array", but: edits{body("[" + bindJSON + "]")}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-json-string", but: edits{body(`"alice-1"`)}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-two-json-values", but: edits{body(bindJSON + bindJSON)}, Status: 400, Error: login.BodyTrailing},
		{Name: "bind-deep-json", but: edits{body(`{"x":` + deepArray + "," + bindJSON[1:])}, Status: 400, Error: login.BodyTooDeep},
		{Name: "bind-wrong-type", but: edits{field("password", 12345678)}, Status: 400, Error: login.FieldWrongType},
		{Name: "bind-repeated-field", but: edits{body(strings.TrimSuffix(bindJSON, "}") + `,"username":"demo"}`)}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-repeated-form-field", but: edits{formBody(bindForm + "&username=demo"), inBase64}, Status: 400, Error: login.ParameterRepeated},
		{Name: "bind-malformed-form", but: edits{formBody(bindForm + "%2"), inBase64}, Status: 400, Error: login.BodyMalformed},
		{Name: "bind-wrong-content-type", but: edits{contentType("text/plain")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-no-content-type", but: edits{without("headers.content-type")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-wrong-charset", but: edits{contentType("application/json; charset=GBK")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "bind-too-large-body", but: edits{fillTo(64<<10 + 1)}, Status: 413, Error: login.BodyTooLarge},
		{Name: "bind-too-large-body-base64", but: edits{fillTo(64<<10 + 1), inBase64}, Status: 413, Error: login.BodyTooLarge},
		{Name: "bind-broken-base64", but: edits{notBase64}, Status: 400, Error: login.BodyMalformed},
	}),
	slices.Concat(badCodes, badQueries, notHTTP, weChat.only(
		"wechat-busy", "wechat-code-invalid", "wechat-user-throttled", "wechat-app-invalid", "wechat-secret-invalid", "wechat-reset",
	)).of("bind", "bind-good"),
)

func init() { declare(bind) }
