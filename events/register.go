package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// register holds the cases of POST /mobileApi/user/register.
var register = slices.Concat(
	on("register-good", []Case{
		{Name: "register-good", Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "register-good-english", but: edits{field("lang", "en")}, Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "register-good-form", but: edits{formBody("code=alice-1")}, Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "register-bound", After: afterBind, but: edits{code("alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "register-again", After: []string{"register-good"}, but: edits{code("alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "register-repeated-request", After: []string{"register-good"}, Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "register-used-code", After: []string{"register-good"}, but: edits{sourceIP(elsewhere)}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "register-closed", but: edits{field("appId", StaffAppID)}, Status: 200, Error: login.RegisterClosed, WeChat: 1},
		{Name: "register-closed-but-by-launch", but: edits{field("appId", LaunchAppID)}, Status: 200, Error: login.RegisterClosed, WeChat: 1},
		{Name: "register-disabled", After: afterBind, Meanwhile: Disabled, but: edits{code("alice-2")}, Status: 200, Error: login.UserDisabled, WeChat: 1},
		{Name: "register-app-unknown", but: edits{field("appId", "wxffffffffffffffff")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "register-missing-code", but: edits{noField("code")}, Status: 400, Error: login.CodeMissing},
		{Name: "register-no-body", but: edits{noBody}, Status: 400, Error: login.CodeMissing},
	}),
	slices.Concat(badCodes, wordCodes, badBodies("code", `"alice-1"`), badQueries, notHTTP, weChat.only(
		"wechat-busy", "wechat-code-invalid", "wechat-user-throttled", "wechat-app-invalid",
	)).of("register", "register-good"),
)

func init() { declare(register) }
