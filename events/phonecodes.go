package events

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// anyonesPhone is a phone code of the number Phone.
const anyonesPhone = "phone-13800138000-1"

// phoneCode sets the code of the button for the phone number.
func phoneCode(text string) edit { return field("phoneCode", text) }

// badPhoneCodes are for each route that asks WeChat for a phone number. They cannot be phone codes, so WeChat is not asked
// anything.
var badPhoneCodes = family{
	{Name: "no-phone-code", but: edits{noField("phoneCode")}, Status: 400, Error: login.PhoneCodeMissing},
	{Name: "empty-phone-code", but: edits{phoneCode("")}, Status: 400, Error: login.PhoneCodeMissing},
	{Name: "null-phone-code", but: edits{field("phoneCode", nil)}, Status: 400, Error: login.PhoneCodeMissing},
	{Name: "undefined-phone-code", but: edits{phoneCode("undefined")}, Status: 400, Error: login.PhoneCodeMissing},
	{Name: "phone-code-of-wrong-type", but: edits{field("phoneCode", 1)}, Status: 400, Error: login.FieldWrongType},
	{Name: "over-long-phone-code", but: edits{phoneCode(strings.Repeat("p", 513))}, Status: 200, Error: login.PhoneCodeInvalid},
	{Name: "non-ascii-phone-code", but: edits{phoneCode("手机号")}, Status: 200, Error: login.PhoneCodeInvalid},
	{Name: "object-for-a-phone-code", but: edits{phoneCode("[object Object]")}, Status: 200, Error: login.PhoneCodeInvalid},
}

// weChatPhone holds what WeChat can answer to a phone code. After a dead access_token the code is sent once more with another.
var weChatPhone = family{
	{Name: "login-code-as-phone-code", but: edits{phoneCode("alice-7")}, Status: 200, Error: login.PhoneCodeInvalid, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-code-of-another", but: edits{phoneCode("phone-bob-1")}, Status: 200, Error: login.PhoneCodeInvalid, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-code-of-another-app", but: edits{phoneCode("phone-other-alice-1")}, Status: 200, Error: login.PhoneCodeInvalid, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-code-refused", but: edits{phoneCode("phone-err40029-x")}, Status: 200, Error: login.PhoneCodeInvalid, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-token-dead", but: edits{phoneCode("phone-err42001-x")}, Status: 503, Error: login.WXTokenRejected, WeChat: 1, PhoneCodes: 2},
	{Name: "phone-throttled", but: edits{phoneCode("phone-err45011-x")}, Status: 429, Error: login.WXThrottled, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-quota-spent", but: edits{phoneCode("phone-err45009-x")}, Status: 503, Error: login.WXQuotaSpent, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-not-allowed", but: edits{phoneCode("phone-err48001-x")}, Status: 500, Error: login.WXAppRejected, WeChat: 1, PhoneCodes: 1},
	{Name: "phone-address-blocked", but: edits{phoneCode("phone-err40164-x")}, Status: 500, Error: login.WXAddressBlocked, WeChat: 1, PhoneCodes: 1},
}
