package events

import "github.com/wxbind/wxbind/pkg/login"

// userInfo are the cases of GET /mobileApi/user/info.
var userInfo = []Case{
	{Name: "userinfo-good", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "userinfo-good-x-token", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "userinfo-good-english", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "userinfo-good-scheme-in-lower-case", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "userinfo-good-bearer-before-x-token", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "userinfo-good-x-token-beside-basic", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "userinfo-missing-token", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-empty-token", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-malformed-token", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-old-format-token", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-over-long-token", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-token-cut-short", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-unknown-token", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-token-of-nobody", Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-two-tokens", After: []string{"bind-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-basic-scheme", After: []string{"bind-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-bad-bearer-before-x-token", After: []string{"bind-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-revoked", After: []string{"bind-good", "logout-good"}, Status: 401, Error: login.SessionRevoked},
	{Name: "userinfo-logged-out-everywhere", After: []string{"bind-good", "logout-good-all"}, Status: 401, Error: login.SessionRevoked},
	{Name: "userinfo-replaced", After: []string{"bind-good"}, Meanwhile: Replaced, Status: 401, Error: login.SessionReplaced},
	{Name: "userinfo-expired", After: []string{"bind-good"}, Meanwhile: Expired, Status: 401, Error: login.SessionExpired},
	{Name: "userinfo-disabled", After: []string{"bind-good"}, Meanwhile: Disabled, Status: 401, Error: login.UserDisabled},
	{Name: "userinfo-unbound", After: []string{"bind-good", "unbind-force-good"}, Status: 401, Error: login.BindingRemoved},
	{Name: "userinfo-deleted", After: []string{"bind-good", "account-delete-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "userinfo-malformed-query", After: []string{"bind-good"}, Status: 400, Error: login.QueryMalformed},
	{Name: "userinfo-repeated-query-parameter", After: []string{"bind-good"}, Status: 400, Error: login.ParameterRepeated},
	{Name: "userinfo-no-http-api-event", Status: 400, Error: login.EventMalformed},
}
