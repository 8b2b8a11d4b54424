package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// made says that the request has made the user.
var made = map[string]any{"created": true}

// stale is a number that its user's password must accompany.
var stale = []Case{
	{Name: "bindphone-password-required", Meanwhile: PhoneStale, but: edits{phoneCode(anyonesPhone)}, Status: 200, Error: login.PasswordRequired, WeChat: 1, PhoneCodes: 1},
	{Name: "bindphone-password-given", After: []string{"bindphone-password-required"}, but: edits{
		code("alice-2"), phoneCode(anyonesPhone), field("password", Password),
	}, Status: 200, Code: 1, WeChat: 1},
	{Name: "bindphone-password-at-once", Meanwhile: PhoneStale, but: edits{phoneCode(anyonesPhone), field("password", Password)}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
	{Name: "bindphone-password-wrong", Meanwhile: PhoneStale, but: edits{phoneCode(anyonesPhone), field("password", "wrong-password")},
		Status: 200, Error: login.InvalidCredentials, WeChat: 1, PhoneCodes: 1},
	{Name: "bindphone-password-undefined", Meanwhile: PhoneStale, but: edits{phoneCode(anyonesPhone), field("password", "undefined")},
		Status: 200, Error: login.PasswordRequired, WeChat: 1, PhoneCodes: 1},
	{Name: "bindphone-password-over-long", but: edits{field("password", strings.Repeat("p", 257))}, Status: 400, Error: login.PasswordInvalid},
	{Name: "bindphone-password-temporary", Meanwhile: PhoneTemporary, but: edits{phoneCode(anyonesPhone), field("password", Password)},
		Status: 200, Error: login.PasswordChangeRequired, WeChat: 1, PhoneCodes: 1},
	{Name: "bindphone-stale-and-registered-elsewhere", Meanwhile: PhoneOfFormer, but: edits{phoneCode(anyonesPhone)}, Status: 200, Error: login.RegisteredElsewhere, WeChat: 1, PhoneCodes: 1},
	{Name: "bindphone-stale", Meanwhile: PhoneOfFormer, but: edits{phoneCode(anyonesPhone), field("appId", StaffAppID)}, Status: 200, Error: login.PhoneStale, WeChat: 1, PhoneCodes: 1},
}

// bindPhone holds the cases of POST /mobileApi/user/bindPhone.
var bindPhone = slices.Concat(
	on("bindphone-good", []Case{
		{Name: "bindphone-good", Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-english", but: edits{field("lang", "en")}, Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-form", but: edits{formBody("code=alice-1&phoneCode=phone-alice-1&password=undefined&openId=undefined")},
			Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-optional-fields-null", but: edits{field("openId", nil), field("password", nil), field("appId", nil)},
			Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-foreign-number", but: edits{phoneCode("phone-+4915112345678-1")}, Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-open-id", but: edits{field("openId", openIDOfAlice)}, Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-user", Meanwhile: PhoneKnown, but: edits{phoneCode(anyonesPhone)}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-staff", Meanwhile: PhoneKnown, but: edits{phoneCode(anyonesPhone), field("appId", StaffAppID)}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-bound", After: afterBind, but: edits{code("alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bindphone-again", After: []string{"bindphone-good"}, but: edits{code("alice-2"), phoneCode("phone-alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "bindphone-repeated-request", After: []string{"bindphone-good"}, Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "bindphone-used-phone-code-of-another", After: []string{"bindphone-good"}, but: edits{code("bob-1")}, Status: 200, Error: login.PhoneCodeInvalid, WeChat: 1},
		{Name: "bindphone-token-of-before-dead", but: edits{phoneCode("phone-err40001-x")}, Status: 503, Error: login.WXTokenRejected, WeChat: 1, PhoneCodes: 2},
		{Name: "bindphone-unknown", but: edits{field("appId", StaffAppID)}, Status: 200, Error: login.PhoneUnknown, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-off", but: edits{field("appId", LaunchAppID)}, Status: 200, Error: login.PhoneOff, WeChat: 1},
		{Name: "bindphone-registered-elsewhere", After: []string{"bindphone-good"}, but: edits{code("alice-2"), phoneCode("phone-alice-2"), field("appId", StaffAppID)},
			Status: 200, Error: login.RegisteredElsewhere, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-any-number", but: edits{phoneCode(anyonesPhone)}, Status: 200, Code: 1, Holds: made, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-good-colleague", Meanwhile: PhoneOfColleague, but: edits{phoneCode(anyonesPhone), field("appId", StaffAppID)}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-replace-good", After: []string{"bindphone-good-any-number"}, but: edits{
			code("bob-1"), phoneCode("phone-13800138000-2"), field("replace", true),
		}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-replace-too-soon", After: []string{"bindphone-good-any-number", "bindphone-replace-good"}, but: edits{
			code("carol-1"), phoneCode("phone-13800138000-3"), field("replace", true),
		}, Status: 429, Error: login.RebindTooSoon, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-replace-closed", After: []string{"bindphone-good-colleague"}, but: edits{
			code("bob-1"), phoneCode("phone-13800138000-2"), field("appId", StaffAppID), field("replace", true),
		}, Status: 200, Error: login.RebindClosed, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-replace-with-password", After: afterBind, Meanwhile: PhoneKnown, but: edits{code("bob-1"), phoneCode(anyonesPhone), field("replace", true)},
			Status: 200, Error: login.UserBound, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-user-bound", After: afterBind, Meanwhile: PhoneKnown, but: edits{code("bob-1"), phoneCode(anyonesPhone)}, Status: 200, Error: login.UserBound, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-disabled", Meanwhile: PhoneOfDisabled, but: edits{phoneCode(anyonesPhone)}, Status: 200, Error: login.UserDisabled, WeChat: 1, PhoneCodes: 1},
		{Name: "bindphone-disabled-and-bound", After: afterBind, Meanwhile: Disabled, but: edits{code("alice-2")}, Status: 200, Error: login.UserDisabled, WeChat: 1},
		{Name: "bindphone-open-id-of-another", but: edits{field("openId", openIDOfBob)}, Status: 200, Error: login.IdentityMismatch, WeChat: 1},
		{Name: "bindphone-over-long-open-id", but: edits{field("openId", strings.Repeat("o", 513))}, Status: 400, Error: login.OpenIDInvalid},
		{Name: "bindphone-app-unknown", but: edits{field("appId", "wxffffffffffffffff")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "bindphone-phone-code-in-query", but: edits{noField("phoneCode"), query("phoneCode=phone-alice-1")}, Status: 400, Error: login.PhoneCodeMissing},
		{Name: "bindphone-missing-code", but: edits{noField("code")}, Status: 400, Error: login.CodeMissing},
		{Name: "bindphone-no-body", but: edits{noBody}, Status: 400, Error: login.CodeMissing},
	}),
	on("bindphone-good", stale),
	slices.Concat(badCodes, wordCodes, badPhoneCodes, weChatPhone, badBodies("phoneCode", `"phone-alice-1"`), badQueries, notHTTP, weChat.only(
		"wechat-busy", "wechat-code-invalid", "wechat-code-used", "wechat-user-throttled", "wechat-app-invalid",
	)).of("bindphone", "bindphone-good"),
)

func init() { declare(bindPhone) }
