package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// account holds the cases of GET /mobileApi/user/export and DELETE /mobileApi/user/account.
var account = slices.Concat(
	on("account-export-good", []Case{
		{Name: "account-export-good", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-export-good-english", After: afterBind, but: edits{query("code=alice-2&lang=en")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-export-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-export-repeated-request", After: []string{"bind-good", "account-export-good"}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-export-just-replaced", After: []string{"bind-good", "bind-replace-good"}, but: edits{code("bob-2")}, Status: 200, Error: login.RecentlyReplaced},
		{Name: "account-export-without-code", After: afterBind, but: edits{query("")}, Status: 200, Error: login.ReauthRequired},
		{Name: "account-export-repeated-code", After: afterBind, but: edits{query("code=alice-2&code=alice-3")}, Status: 400, Error: login.ParameterRepeated},
		{Name: "account-export-malformed-query", After: afterBind, but: edits{query("code=%e")}, Status: 400, Error: login.QueryMalformed},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked")).of("account-export", "account-export-good"),
	slices.Concat(badProofs, wordCodes, invalidProof, weChat.only(
		"wechat-busy", "wechat-user-throttled", "wechat-app-invalid",
	)).of("account-export", "account-export-good", afterBind...),
	on("account-delete-good", []Case{
		{Name: "account-delete-good", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-query", After: afterBind, but: edits{noBody, query("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-form", After: afterBind, but: edits{formBody("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-again", After: []string{"bind-good", "account-delete-good"}, but: edits{code("alice-3")}, Status: 401, Error: login.SessionInvalid},
		{Name: "account-delete-just-replaced", After: []string{"bind-good", "bind-replace-good"}, but: edits{code("bob-2")}, Status: 200, Error: login.RecentlyReplaced},
		{Name: "account-delete-without-code", After: afterBind, but: edits{noBody}, Status: 200, Error: login.ReauthRequired},
		{Name: "account-delete-code-of-another-in-query", After: afterBind, but: edits{noBody, query("code=bob-1")}, Status: 200, Error: login.ReauthRequired, WeChat: 1},
		{Name: "account-delete-good-query-beside-language", After: afterBind, but: edits{noField("code"), field("lang", "en"), query("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-query-beside-form", After: afterBind, but: edits{formBody("lang=en"), query("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-query-beside-null-code", After: afterBind, Odd: true, but: edits{field("code", nil), query("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-query-beside-empty-code", After: afterBind, Odd: true, but: edits{field("code", ""), query("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-query-beside-undefined-code", After: afterBind, but: edits{field("code", "undefined"), query("code=alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-good-body-beside-query", After: afterBind, but: edits{query("code=bob-1&lang=en")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "account-delete-malformed-query", After: afterBind, but: edits{noBody, query("code=%e")}, Status: 400, Error: login.QueryMalformed},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked")).of("account-delete", "account-delete-good"),
	emptyBodies(Case{Status: 200, Code: 1, WeChat: 1}).but(query("code=alice-2")).of("account-delete-query", "account-delete-good", afterBind...),
	slices.Concat(badProofs, wordCodes, badBodies("code", `"alice-2"`), weChat.only(
		"wechat-busy", "wechat-user-throttled",
	)).of("account-delete", "account-delete-good", afterBind...),
	notHTTP.of("account", "account-export-good"),
)

func init() { declare(account) }
