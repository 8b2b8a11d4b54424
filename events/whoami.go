package events

import "github.com/wxbind/wxbind/pkg/login"

// whoAmI are the cases of GET /api/sample/whoami, behind the authorizer.
var whoAmI = []Case{
	{Name: "whoami-good", Status: 200, Code: 1, Holds: map[string]any{"userId": UserID, "appId": AppID}},
	{Name: "whoami-good-no-roles", Status: 200, Code: 1, Holds: map[string]any{"userId": UserID, "appId": AppID}},
	{Name: "whoami-good-english", Status: 200, Code: 1, Holds: map[string]any{"userId": UserID, "appId": AppID}},
	{Name: "whoami-no-authorizer", Status: 401, Error: login.SessionInvalid},
	{Name: "whoami-empty-context", Status: 401, Error: login.SessionInvalid},
	{Name: "whoami-context-of-other-types", Status: 401, Error: login.SessionInvalid},
	{Name: "whoami-malformed-query", Status: 400, Error: login.QueryMalformed},
	{Name: "whoami-repeated-query-parameter", Status: 400, Error: login.ParameterRepeated},
	{Name: "whoami-no-http-api-event", Status: 400, Error: login.EventMalformed},
}
