package events

import "github.com/wxbind/wxbind/pkg/login"

// sessions are the cases of GET /mobileApi/user/sessions and DELETE /mobileApi/user/sessions/{id}.
var sessions = []Case{
	{Name: "sessions-list-good", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "sessions-list-good-x-token", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "sessions-list-missing-token", Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-list-malformed-token", Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-list-unknown-token", Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-list-revoked", After: []string{"bind-good", "logout-good"}, Status: 401, Error: login.SessionRevoked},
	{Name: "sessions-list-deleted", After: []string{"bind-good", "account-delete-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-list-repeated-query-parameter", After: []string{"bind-good"}, Status: 400, Error: login.ParameterRepeated},
	{Name: "sessions-list-of-another-route", After: []string{"bind-good"}, Status: 400, Error: login.EventMalformed},
	{Name: "sessions-revoke-good", After: []string{"bind-good", "checkbind-bound"}, Status: 200, Code: 1},
	{Name: "sessions-revoke-english", After: []string{"bind-good", "checkbind-bound"}, Status: 200, Code: 1},
	{Name: "sessions-revoke-again", After: []string{"bind-good", "checkbind-bound", "sessions-revoke-good"}, Status: 200, Code: 1},
	{Name: "sessions-revoke-own", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "sessions-revoke-of-another-user", After: []string{"bind-good-other-user", "bind-good"}, Status: 200, Error: login.NoSuchSession},
	{Name: "sessions-revoke-of-another-user-by-key", After: []string{"bind-good-other-user", "bind-good"}, Status: 200, Error: login.NoSuchSession},
	{Name: "sessions-revoke-unknown", After: []string{"bind-good"}, Status: 200, Error: login.NoSuchSession},
	{Name: "sessions-revoke-over-long-id", After: []string{"bind-good"}, Status: 200, Error: login.NoSuchSession},
	{Name: "sessions-revoke-malformed-id", After: []string{"bind-good"}, Status: 200, Error: login.NoSuchSession},
	{Name: "sessions-revoke-missing-token", After: []string{"bind-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-revoke-malformed-token", After: []string{"bind-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-revoke-unknown-token", After: []string{"bind-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-revoke-revoked", After: []string{"bind-good", "logout-good"}, Status: 401, Error: login.SessionRevoked},
	{Name: "sessions-revoke-deleted", After: []string{"bind-good", "account-delete-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "sessions-list-malformed-query", After: []string{"bind-good"}, Status: 400, Error: login.QueryMalformed},
	{Name: "sessions-revoke-malformed-query", After: []string{"bind-good"}, Status: 400, Error: login.QueryMalformed},
	{Name: "sessions-revoke-repeated-query-parameter", After: []string{"bind-good"}, Status: 400, Error: login.ParameterRepeated},
	{Name: "sessions-no-http-api-event", Status: 400, Error: login.EventMalformed},
}
