package events

import "github.com/wxbind/wxbind/pkg/login"

// authorizer are the cases of the Lambda authorizer.
var authorizer = []Case{
	{Name: "authorizer-good", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": true}},
	{Name: "authorizer-good-x-token", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": true}},
	{Name: "authorizer-good-scheme-in-lower-case", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": true}},
	{Name: "authorizer-good-cached", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": true}},
	{Name: "authorizer-missing-token", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-empty-token", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-malformed-token", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-old-format-token", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-over-long-token", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-token-cut-short", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-unknown-token", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-token-of-nobody", Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-two-tokens", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-basic-scheme", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-bad-bearer-before-x-token", After: []string{"bind-good"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-revoked", After: []string{"bind-good", "logout-good"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-logged-out-everywhere", After: []string{"bind-good", "logout-good-all"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-replaced", After: []string{"bind-good"}, Meanwhile: Replaced, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-expired", After: []string{"bind-good"}, Meanwhile: Expired, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-disabled", After: []string{"bind-good"}, Meanwhile: Disabled, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-unbound", After: []string{"bind-good", "unbind-force-good"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-deleted", After: []string{"bind-good", "account-delete-good"}, Holds: map[string]any{"isAuthorized": false}},
	{Name: "authorizer-no-http-api-event", Error: login.EventMalformed},
	{Name: "authorizer-payload-format-1", After: []string{"bind-good"}, Error: login.EventMalformed},
}
