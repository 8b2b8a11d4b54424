package events

import "slices"

// userInfo holds the cases of GET /mobileApi/user/info.
var userInfo = slices.Concat(
	on("userinfo-good", []Case{
		{Name: "userinfo-good", After: afterBind, Status: 200, Code: 1},
		{Name: "userinfo-good-with-phone", After: []string{"bind-good", "phone-good"}, Status: 200, Code: 1},
		{Name: "userinfo-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1},
		{Name: "userinfo-good-english", After: afterBind, but: edits{query("lang=en")}, Status: 200, Code: 1},
		{Name: "userinfo-good-scheme-in-lower-case", After: afterBind, but: edits{header("authorization", "bearer "+TokenHere)}, Status: 200, Code: 1},
		{Name: "userinfo-good-bearer-before-x-token", After: afterBind, but: edits{header("x-token", "wxb_oops")}, Status: 200, Code: 1},
		{Name: "userinfo-good-x-token-beside-basic", After: afterBind, but: edits{service(ServiceID, "key"), header("x-token", TokenHere)}, Status: 200, Code: 1},
	}),
	slices.Concat(badTokens, oddTokens, endedSessions, notHTTP).of("userinfo", "userinfo-good"),
	badQueries.of("userinfo", "userinfo-good", afterBind...),
)

func init() { declare(userInfo) }
