package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// sessions holds the cases of GET /mobileApi/user/sessions and DELETE /mobileApi/user/sessions/{id}.
var sessions = slices.Concat(
	on("sessions-list-good", []Case{
		{Name: "sessions-list-good", After: afterBind, Status: 200, Code: 1},
		{Name: "sessions-list-good-x-token", After: afterBind, but: inXToken, Status: 200, Code: 1},
		{Name: "sessions-list-of-another-route", After: afterBind, but: edits{routeKey("GET /mobileApi/user/info")}, Status: 400, Error: login.EventMalformed},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked", "deleted")).of("sessions-list", "sessions-list-good"),
	badQueries.of("sessions-list", "sessions-list-good", afterBind...),
	on("sessions-revoke-good", []Case{
		{Name: "sessions-revoke-good", After: afterTwoLogins, Status: 200, Code: 1},
		{Name: "sessions-revoke-english", After: afterTwoLogins, but: edits{query("lang=en")}, Status: 200, Code: 1},
		{Name: "sessions-revoke-body-that-is-not-looked-at", After: afterTwoLogins, but: edits{jsonBody("[object Object]"), query("_t=1&_t=1")}, Status: 200, Code: 1},
		{Name: "sessions-revoke-again", After: []string{"bind-good", "checkbind-bound", "sessions-revoke-good"}, Status: 200, Code: 1},
		{Name: "sessions-revoke-own", After: afterBind, Status: 200, Code: 1},
		{Name: "sessions-revoke-of-another-user", After: afterOtherUser, Status: 200, Error: login.NoSuchSession},
		{Name: "sessions-revoke-of-another-user-by-key", After: afterOtherUser, but: edits{pathID(OtherUserID + "#" + SessionHere)}, Status: 200, Error: login.NoSuchSession},
		{Name: "sessions-revoke-unknown", After: afterBind, but: edits{pathID(strings.Repeat("A", 43))}, Status: 200, Error: login.NoSuchSession},
		{Name: "sessions-revoke-over-long-id", After: afterBind, but: edits{pathID(strings.Repeat("A", 2000))}, Status: 200, Error: login.NoSuchSession},
		{Name: "sessions-revoke-malformed-id", After: afterBind, but: edits{pathID("../" + SessionHere)}, Status: 200, Error: login.NoSuchSession},
	}),
	slices.Concat(badTokens, endedSessions.only("revoked", "deleted"), badQueries).of("sessions-revoke", "sessions-revoke-good", afterBind...),
	notHTTP.of("sessions", "sessions-list-good"),
)

var (
	afterTwoLogins = []string{"bind-good", "checkbind-bound"}
	afterOtherUser = []string{"bind-good-other-user", "bind-good"}
)

func init() { declare(sessions) }
