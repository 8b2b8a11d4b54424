package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// NewPassword is the password that replaces [Password].
const NewPassword = "another-password"

// password holds the cases of POST /mobileApi/user/password.
var password = slices.Concat(
	on("password-good", []Case{
		{Name: "password-good", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-good-english", After: afterBind, but: edits{field("lang", "en")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-good-form", After: afterBind, but: edits{
			formBody("code=alice-2&password=" + Password + "&newPassword=" + NewPassword),
		}, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-repeated-request", After: []string{"bind-good", "password-good"}, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-again-with-a-new-code", After: []string{"bind-good", "password-good"}, but: edits{code("alice-3")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-first-good", After: []string{"register-good"}, but: edits{noField("password"), field("username", "newcomer")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "password-first-username-missing", After: []string{"register-good"}, Status: 400, Error: login.UsernameMissing},
		{Name: "password-first-username-invalid", After: []string{"register-good"}, but: edits{field("username", strings.Repeat("u", 129))}, Status: 400, Error: login.UsernameInvalid},
		{Name: "password-first-username-taken", After: []string{"register-good"}, but: edits{field("username", OtherUsername)}, Status: 200, Error: login.UsernameTaken, WeChat: 1},
		{Name: "password-just-replaced", After: []string{"bind-good", "bind-replace-good"}, but: edits{code("bob-2")}, Status: 200, Error: login.RecentlyReplaced},
		{Name: "password-wrong", After: afterBind, but: edits{field("password", "wrong-password")}, Status: 200, Error: login.InvalidCredentials, WeChat: 1},
		{Name: "password-without-code", After: afterBind, but: edits{noField("code")}, Status: 200, Error: login.ReauthRequired},
		{Name: "password-missing", After: afterBind, but: edits{noField("password")}, Status: 400, Error: login.PasswordMissing},
		{Name: "password-over-long", After: afterBind, but: edits{field("password", strings.Repeat("p", 257))}, Status: 400, Error: login.PasswordInvalid},
		{Name: "password-new-missing", After: afterBind, but: edits{noField("newPassword")}, Status: 400, Error: login.PasswordMissing},
		{Name: "password-new-undefined", After: afterBind, but: edits{field("newPassword", "undefined")}, Status: 400, Error: login.PasswordMissing},
		{Name: "password-new-over-long", After: afterBind, but: edits{field("newPassword", strings.Repeat("p", 257))}, Status: 400, Error: login.PasswordInvalid},
		{Name: "password-new-too-short", After: afterBind, but: edits{field("newPassword", "kT9:mw2")}, Status: 200, Error: login.PasswordTooWeak},
		{Name: "password-new-is-common", After: afterBind, but: edits{field("newPassword", "Password1")}, Status: 200, Error: login.PasswordTooWeak},
		{Name: "password-new-is-the-old", After: afterBind, but: edits{field("newPassword", Password)}, Status: 200, Error: login.PasswordTooWeak},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked", "disabled"), notHTTP).of("password", "password-good"),
	slices.Concat(badProofs, wordCodes, invalidProof, badBodies("newPassword", `"another-password"`), badQueries, weChat.only(
		"wechat-busy", "wechat-user-throttled", "wechat-app-invalid",
	)).of("password", "password-good", afterBind...),
)

func init() { declare(password) }
