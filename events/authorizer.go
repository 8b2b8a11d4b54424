package events

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

var (
	allowed = map[string]any{"isAuthorized": true}
	denied  = map[string]any{"isAuthorized": false}
)

// authorizer holds the cases of the Lambda authorizer.
var authorizer = slices.Concat(
	on("authorizer-good", []Case{
		{Name: "authorizer-good", After: afterBind, Holds: allowed},
		{Name: "authorizer-good-x-token", After: afterBind, but: inXToken, Holds: allowed},
		{Name: "authorizer-good-scheme-in-lower-case", After: afterBind, but: edits{header("authorization", "bearer "+TokenHere)}, Holds: allowed},
		{Name: "authorizer-good-cached", After: afterBind, but: edits{setJSON("identitySource", `["Bearer {{token}}"]`)}, Holds: allowed},
		{Name: "authorizer-payload-format-1", After: afterBind, but: edits{whole(payloadFormat1)}, Error: login.EventMalformed},
	}),
	slices.Concat(badTokens, oddTokens, endedSessions).answered(Case{Holds: denied}).of("authorizer", "authorizer-good"),
	notHTTP.answered(Case{Error: login.EventMalformed}).of("authorizer", "authorizer-good"),
)

// payloadFormat1 is the event that an authorizer of payload format 1.0 gets.
const payloadFormat1 = `{
	"version": "1.0",
	"type": "REQUEST",
	"methodArn": "arn:aws:execute-api:ap-southeast-1:123456789012:abcde12345/$default/GET/api/sample/whoami",
	"identitySource": "Bearer {{token}}",
	"authorizationToken": "Bearer {{token}}",
	"resource": "/api/sample/whoami",
	"path": "/api/sample/whoami",
	"httpMethod": "GET",
	"headers": {"authorization": "Bearer {{token}}"}
}`

var whoIsDemo = map[string]any{"userId": UserID, "appId": AppID}

// whoAmI holds the cases of GET /api/sample/whoami, behind the authorizer.
var whoAmI = slices.Concat(
	on("whoami-good", []Case{
		{Name: "whoami-good", Status: 200, Code: 1, Holds: whoIsDemo},
		{Name: "whoami-good-no-roles", but: edits{setJSON("requestContext.authorizer.lambda.roles", `[]`)}, Status: 200, Code: 1, Holds: whoIsDemo},
		{Name: "whoami-good-english", but: edits{query("lang=en")}, Status: 200, Code: 1, Holds: whoIsDemo},
		{Name: "whoami-no-authorizer", but: edits{without("requestContext.authorizer"), header("userid", UserID)}, Status: 401, Error: login.SessionInvalid},
		{Name: "whoami-empty-context", but: edits{setJSON("requestContext.authorizer.lambda", `{}`)}, Status: 401, Error: login.SessionInvalid},
		{Name: "whoami-context-of-other-types", but: edits{setJSON("requestContext.authorizer.lambda", `{"userId":7,"appId":[],"roles":"clerk"}`)}, Status: 401, Error: login.SessionInvalid},
	}),
	slices.Concat(badQueries, notHTTP).of("whoami", "whoami-good"),
)

func init() { declare(authorizer, whoAmI) }
