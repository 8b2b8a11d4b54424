package events

import "github.com/wxbind/wxbind/pkg/login"

// introspect are the cases of POST /api/login/introspect.
var introspect = []Case{
	{Name: "introspect-good", After: []string{"bind-good"}, Status: 200, Holds: map[string]any{"active": true, "sub": UserID, "username": Username, "client_id": AppID, "token_type": "Bearer"}},
	{Name: "introspect-good-hint", After: []string{"bind-good"}, Status: 200, Holds: map[string]any{"active": true, "sub": UserID, "username": Username, "client_id": AppID, "token_type": "Bearer"}},
	{Name: "introspect-good-json", After: []string{"bind-good"}, Status: 200, Holds: map[string]any{"active": true, "sub": UserID, "username": Username, "client_id": AppID, "token_type": "Bearer"}},
	{Name: "introspect-good-escaped-credential", After: []string{"bind-good"}, Status: 200, Holds: map[string]any{"active": true, "sub": UserID, "username": Username, "client_id": AppID, "token_type": "Bearer"}},
	{Name: "introspect-unknown-token", Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-unknown-token-base64", Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-malformed-token", Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-revoked", After: []string{"bind-good", "logout-good"}, Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-replaced", After: []string{"bind-good"}, Meanwhile: Replaced, Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-expired", After: []string{"bind-good"}, Meanwhile: Expired, Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-disabled", After: []string{"bind-good"}, Meanwhile: Disabled, Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-unbound", After: []string{"bind-good", "unbind-force-good"}, Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-deleted", After: []string{"bind-good", "account-delete-good"}, Status: 200, Holds: map[string]any{"active": false}},
	{Name: "introspect-no-credential", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-wrong-key", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-empty-key", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-unknown-service", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-key-of-another-service", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-malformed-credential", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-session-as-credential", After: []string{"bind-good"}, Status: 401, Error: login.InvalidClient},
	{Name: "introspect-missing-token", Status: 400, Error: login.TokenMissing},
	{Name: "introspect-empty-token", Status: 400, Error: login.TokenMissing},
	{Name: "introspect-no-body", Status: 400, Error: login.TokenMissing},
	{Name: "introspect-token-in-query", Status: 400, Error: login.TokenMissing},
	{Name: "introspect-repeated-token", After: []string{"bind-good"}, Status: 400, Error: login.ParameterRepeated},
	{Name: "introspect-malformed-form", Status: 400, Error: login.BodyMalformed},
	{Name: "introspect-wrong-content-type", After: []string{"bind-good"}, Status: 400, Error: login.ContentTypeUnsupported},
	{Name: "introspect-wrong-type", Status: 400, Error: login.FieldWrongType},
	{Name: "introspect-two-json-values", Status: 400, Error: login.BodyTrailing},
	{Name: "introspect-deep-json", Status: 400, Error: login.BodyTooDeep},
	{Name: "introspect-too-large-body", Status: 413, Error: login.BodyTooLarge},
	{Name: "introspect-no-http-api-event", Status: 400, Error: login.EventMalformed},
}
