package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// setPhone holds the cases of POST /mobileApi/user/phone.
var setPhone = slices.Concat(
	on("phone-good", []Case{
		{Name: "phone-good", After: afterBind, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-english", After: afterBind, but: edits{field("lang", "en")}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-form", After: afterBind, but: edits{formBody("code=alice-2&phoneCode=phone-alice-1")}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-masked", After: afterBind, but: edits{phoneCode(anyonesPhone)}, Status: 200, Code: 1, Holds: map[string]any{"phone": "+86138****8000"},
			WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-other-number", After: []string{"bind-good", "phone-good"}, but: edits{code("alice-3"), phoneCode(anyonesPhone)},
			Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-after-registration", After: []string{"register-good"}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-good-of-a-former-owner", After: afterBind, Meanwhile: PhoneOfFormer, but: edits{phoneCode(anyonesPhone)}, Status: 200, Code: 1, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-repeated-request", After: []string{"bind-good", "phone-good"}, Status: 200, Code: 1, WeChat: 1},
		{Name: "phone-again-with-a-new-code", After: []string{"bind-good", "phone-good"}, but: edits{code("alice-3")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "phone-taken", After: afterBind, Meanwhile: PhoneOfOther, but: edits{phoneCode(anyonesPhone)}, Status: 200, Error: login.PhoneTaken, WeChat: 1, PhoneCodes: 1},
		{Name: "phone-just-replaced", After: []string{"bind-good", "bind-replace-good"}, but: edits{code("bob-2")}, Status: 200, Error: login.RecentlyReplaced},
		{Name: "phone-without-code", After: afterBind, but: edits{noField("code")}, Status: 200, Error: login.ReauthRequired},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked", "disabled"), notHTTP).of("phone", "phone-good"),
	slices.Concat(badProofs, wordCodes, invalidProof, badPhoneCodes, weChatPhone, badBodies("phoneCode", `"phone-alice-1"`), badQueries, weChat.only(
		"wechat-busy", "wechat-user-throttled", "wechat-app-invalid",
	)).of("phone", "phone-good", afterBind...),
)

func init() { declare(setPhone) }
