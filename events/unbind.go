package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// unbind holds the cases of POST /mobileApi/user/unbind.
var unbind = slices.Concat(
	on("unbind-good", []Case{
		{Name: "unbind-good", After: afterBind, Meanwhile: BoundElsewhere, Status: 200, Code: 1},
		{Name: "unbind-last-binding", After: afterBind, Status: 200, Error: login.LastBinding},
		{Name: "unbind-last-binding-english", After: afterBind, but: edits{query("lang=en")}, Status: 200, Error: login.LastBinding},
		{Name: "unbind-last-binding-undefined-force", After: afterBind, but: edits{formBody("force=undefined&code=alice-2")}, Status: 200, Error: login.LastBinding},
		{Name: "unbind-last-binding-null-force", After: afterBind, but: edits{jsonBody(`{"force":"null"}`)}, Status: 200, Error: login.LastBinding},
		{Name: "unbind-last-binding-with-code", After: afterBind, but: edits{jsonBody(`{"code":"alice-2"}`)}, Status: 200, Error: login.LastBinding},
	}),
	on("unbind-force-good", []Case{
		{Name: "unbind-force-good-linked", After: []string{"register-good", "checkbind-good-linked"}, but: edits{field("code", "alice-3")},
			Status: 200, Code: 1, WeChat: 1},
		{Name: "unbind-force-only-way-to-log-in", After: []string{"checkbind-good-created"}, Status: 200, Error: login.LastBinding, WeChat: 1},
		{Name: "unbind-force-good", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "unbind-force-good-form", After: afterBind, but: edits{formBody("force=true&code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "unbind-force-repeated-request", After: []string{"bind-good", "unbind-force-good"}, Status: 401, Error: login.BindingRemoved},
		{Name: "unbind-force-without-code", After: afterBind, but: edits{noField("code")}, Status: 200, Error: login.ReauthRequired},
		{Name: "unbind-wrong-type-of-code", After: afterBind, but: edits{field("code", 7)}, Status: 400, Error: login.FieldWrongType},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked"), notHTTP).of("unbind", "unbind-good"),
	emptyBodies(Case{Status: 200, Error: login.LastBinding}).of("unbind-last-binding", "unbind-good", afterBind...),
	slices.Concat(badBodies("force", "false"), badQueries.only("malformed-query")).of("unbind", "unbind-good", afterBind...),
	slices.Concat(badProofs, wordCodes, badCodes.only("non-ascii-code")).of("unbind-force", "unbind-force-good", afterBind...),
	slices.Concat(invalidProof, weChat.only(
		"wechat-busy", "wechat-user-throttled", "wechat-user-blocked", "wechat-app-invalid", "wechat-secret-invalid", "wechat-reset",
	)).of("unbind", "unbind-force-good", afterBind...),
)

func init() { declare(unbind) }
