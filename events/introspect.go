package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// active is the answer for the token of a live session.
var active = map[string]any{"active": true, "sub": UserID, "username": Username, "client_id": AppID, "token_type": "Bearer"}

var inactive = map[string]any{"active": false}

// introspect holds the cases of POST /api/login/introspect.
var introspect = slices.Concat(
	on("introspect-good", []Case{
		{Name: "introspect-good", After: afterBind, Status: 200, Holds: active},
		{Name: "introspect-good-hint", After: afterBind, but: edits{body("token=" + TokenHere + "&token_type_hint=access_token")}, Status: 200, Holds: active},
		{Name: "introspect-good-json", After: afterBind, but: edits{jsonBody(`{"token":"` + TokenHere + `"}`)}, Status: 200, Holds: active},
		{Name: "introspect-good-escaped-credential", After: afterBind, but: edits{service("%6frders", strings.ReplaceAll(ServiceKey, "-", "%2D"))}, Status: 200, Holds: active},
		{Name: "introspect-unknown-token", but: edits{body("token=" + unknownToken)}, Status: 200, Holds: inactive},
		{Name: "introspect-unknown-token-base64", but: edits{body("token=" + unknownToken), inBase64}, Status: 200, Holds: inactive},
		{Name: "introspect-malformed-token", but: edits{body("token=oops")}, Status: 200, Holds: inactive},
		{Name: "introspect-no-credential", After: afterBind, but: edits{noToken}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-wrong-key", After: afterBind, but: edits{service(ServiceID, strings.TrimSuffix(ServiceKey, "1")+"2")}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-empty-key", After: afterBind, but: edits{service(ServiceID, "")}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-unknown-service", After: afterBind, but: edits{service("nobody", ServiceKey)}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-key-of-another-service", After: afterBind, but: edits{service("billing", ServiceKey)}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-malformed-credential", After: afterBind, but: edits{header("authorization", "Basic ?")}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-session-as-credential", After: afterBind, but: edits{token(TokenHere)}, Status: 401, Error: login.InvalidClient},
		{Name: "introspect-missing-token", but: edits{body("token_type_hint=access_token")}, Status: 400, Error: login.TokenMissing},
		{Name: "introspect-empty-token", but: edits{body("token=")}, Status: 400, Error: login.TokenMissing},
		{Name: "introspect-null-body", but: edits{jsonBody("null")}, Status: 400, Error: login.TokenMissing},
		{Name: "introspect-no-body", but: edits{noBody}, Status: 400, Error: login.TokenMissing},
		{Name: "introspect-token-in-query", but: edits{noBody, query("token=" + unknownToken)}, Status: 400, Error: login.TokenMissing},
		{Name: "introspect-repeated-token", After: afterBind, but: edits{body("token=" + TokenHere + "&token=" + unknownToken)}, Status: 400, Error: login.ParameterRepeated},
		{Name: "introspect-malformed-form", but: edits{body("token=%zz")}, Status: 400, Error: login.BodyMalformed},
		{Name: "introspect-wrong-content-type", After: afterBind, but: edits{body(TokenHere), contentType("text/plain")}, Status: 400, Error: login.ContentTypeUnsupported},
		{Name: "introspect-good-called-text", After: afterBind, Odd: true, but: edits{contentType("text/plain;charset=UTF-8")}, Status: 200, Holds: active},
		{Name: "introspect-undefined-token", but: edits{body("token=undefined")}, Status: 200, Holds: inactive},
		{Name: "introspect-wrong-type", but: edits{jsonBody(`{"token":7}`)}, Status: 400, Error: login.FieldWrongType},
		{Name: "introspect-two-json-values", but: edits{jsonBody(`{"token":"oops"}{"token":"oops"}`)}, Status: 400, Error: login.BodyTrailing},
		{Name: "introspect-deep-json", but: edits{jsonBody(`{"x":` + deepArray + `}`)}, Status: 400, Error: login.BodyTooDeep},
		{Name: "introspect-too-large-body", but: edits{body("token=" + strings.Repeat("x", 64<<10))}, Status: 413, Error: login.BodyTooLarge},
	}),
	endedSessions.only("revoked", "replaced", "expired", "disabled", "unbound", "deleted").
		answered(Case{Status: 200, Holds: inactive}).of("introspect", "introspect-good"),
	notHTTP.of("introspect", "introspect-good"),
	badQueries.only("malformed-query").of("introspect", "introspect-good", afterBind...),
)

func init() { declare(introspect) }
