package events

import "github.com/wxbind/wxbind/pkg/login"

// logout are the cases of POST /mobileApi/user/logout.
var logout = []Case{
	{Name: "logout-good", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-good-all", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-good-not-all", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-good-null", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-good-form", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-good-english", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-good-x-token", After: []string{"bind-good"}, Status: 200, Code: 1},
	{Name: "logout-missing-token", Status: 401, Error: login.SessionInvalid},
	{Name: "logout-malformed-token", Status: 401, Error: login.SessionInvalid},
	{Name: "logout-unknown-token", Status: 401, Error: login.SessionInvalid},
	{Name: "logout-revoked", After: []string{"bind-good", "logout-good"}, Status: 401, Error: login.SessionRevoked},
	{Name: "logout-disabled", After: []string{"bind-good"}, Meanwhile: Disabled, Status: 401, Error: login.UserDisabled},
	{Name: "logout-deleted", After: []string{"bind-good", "account-delete-good"}, Status: 401, Error: login.SessionInvalid},
	{Name: "logout-bad-json", After: []string{"bind-good"}, Status: 400, Error: login.BodyMalformed},
	{Name: "logout-json-array", After: []string{"bind-good"}, Status: 400, Error: login.BodyMalformed},
	{Name: "logout-two-json-values", After: []string{"bind-good"}, Status: 400, Error: login.BodyTrailing},
	{Name: "logout-deep-json", After: []string{"bind-good"}, Status: 400, Error: login.BodyTooDeep},
	{Name: "logout-wrong-type", After: []string{"bind-good"}, Status: 400, Error: login.FieldWrongType},
	{Name: "logout-repeated-field", After: []string{"bind-good"}, Status: 400, Error: login.ParameterRepeated},
	{Name: "logout-repeated-form-field", After: []string{"bind-good"}, Status: 400, Error: login.ParameterRepeated},
	{Name: "logout-malformed-form", After: []string{"bind-good"}, Status: 400, Error: login.BodyMalformed},
	{Name: "logout-wrong-content-type", After: []string{"bind-good"}, Status: 400, Error: login.ContentTypeUnsupported},
	{Name: "logout-no-content-type", After: []string{"bind-good"}, Status: 400, Error: login.ContentTypeUnsupported},
	{Name: "logout-too-large-body", After: []string{"bind-good"}, Status: 413, Error: login.BodyTooLarge},
	{Name: "logout-broken-base64", After: []string{"bind-good"}, Status: 400, Error: login.BodyMalformed},
	{Name: "logout-wrong-type-of-form", After: []string{"bind-good"}, Status: 400, Error: login.FieldWrongType},
	{Name: "logout-malformed-query", After: []string{"bind-good"}, Status: 400, Error: login.QueryMalformed},
	{Name: "logout-no-http-api-event", Status: 400, Error: login.EventMalformed},
}
