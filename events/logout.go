package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// logout holds the cases of POST /mobileApi/user/logout.
var logout = slices.Concat(
	on("logout-good", []Case{
		{Name: "logout-good", After: afterBind, Status: 200, Code: 1},
		{Name: "logout-good-all", After: afterBind, but: edits{jsonBody(`{"all":true}`)}, Status: 200, Code: 1},
		{Name: "logout-good-not-all", After: afterBind, but: edits{jsonBody(`{"all":false}`)}, Status: 200, Code: 1},
		{Name: "logout-good-null", After: afterBind, but: edits{jsonBody(`{"all":null}`)}, Status: 200, Code: 1},
		{Name: "logout-good-form", After: afterBind, but: edits{formBody("all=true")}, Status: 200, Code: 1},
		{Name: "logout-good-undefined-all", Odd: true, After: afterBind, but: edits{formBody("all=undefined")}, Status: 200, Code: 1},
		{Name: "logout-good-empty-all", Odd: true, After: afterBind, but: edits{formBody("all=")}, Status: 200, Code: 1},
		{Name: "logout-good-empty-string-for-all", After: afterBind, Odd: true, but: edits{jsonBody(`{"all":""}`)}, Status: 200, Code: 1},
		{Name: "logout-good-json-called-form", After: afterBind, but: edits{formBody(`{"all":true}`)}, Status: 200, Code: 1},
		{Name: "logout-good-fields-of-bind", After: afterBind, but: edits{jsonBody(`{"code":0,"openId":{},"username":["a"],"password":1,"password":2}`)}, Status: 200, Code: 1},
		{Name: "logout-good-english", After: afterBind, but: edits{jsonBody(`{"lang":"en"}`)}, Status: 200, Code: 1},
		{Name: "logout-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1},
		{Name: "logout-disabled", After: afterBind, Meanwhile: Disabled, but: edits{jsonBody(`{"all":true}`)}, Status: 401, Error: login.UserDisabled},
		{Name: "logout-deleted", After: []string{"bind-good", "account-delete-good"}, but: edits{jsonBody(`{"all":true}`)}, Status: 401, Error: login.SessionInvalid},
		{Name: "logout-object-for-all", After: afterBind, but: edits{formBody("all=[object Object]")}, Status: 400, Error: login.FieldWrongType},
		{Name: "logout-wrong-type-of-form", After: afterBind, but: edits{formBody("all=1")}, Status: 400, Error: login.FieldWrongType},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked"), notHTTP).of("logout", "logout-good"),
	emptyBodies(Case{Status: 200, Code: 1}).of("logout", "logout-good", afterBind...),
	slices.Concat(badBodies("all", "true"), badQueries.only("malformed-query")).of("logout", "logout-good", afterBind...),
)

func init() { declare(logout) }
