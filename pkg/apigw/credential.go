package apigw

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
)

// tokenIn finds the token in the headers of an event.
func tokenIn(headers map[string]string) login.Hidden {
	return login.TokenOf(origin.Header(headers, "authorization"), origin.Header(headers, "x-token"))
}

// credential reads `Authorization: Basic <id:key>`, both parts percent-encoded
// (RFC 6749, section 2.3.1). A + stays a + and does not become a space, so a key
// without a %, the usual kind, may also come unencoded. Any other header yields "":
// nobody has an empty key.
func credential(authorization string) (id string, key login.Hidden) {
	scheme, encoded, _ := strings.Cut(authorization, " ")
	pair, err := base64.StdEncoding.DecodeString(strings.TrimLeft(encoded, " "))
	if !strings.EqualFold(scheme, "Basic") || err != nil {
		return "", ""
	}
	rawID, rawKey, found := strings.Cut(string(pair), ":")
	id, badID := url.PathUnescape(rawID)
	plain, badKey := url.PathUnescape(rawKey)
	if !found || badID != nil || badKey != nil {
		return "", ""
	}
	return id, login.Hidden(plain)
}

// authorized is the caller, as the authorizer names them.
type authorized struct {
	userID, appID string
	roles         []string
}

// authorizedIn reads what the authorizer put into an event, and trusts nothing else.
//
// Errors: SessionInvalid if no authorizer stands in front of the function.
func authorizedIn(event events.APIGatewayV2HTTPRequest) (authorized, error) {
	if event.RequestContext.Authorizer == nil {
		return authorized{}, login.SessionInvalid
	}
	said := event.RequestContext.Authorizer.Lambda
	who := authorized{roles: []string{}}
	who.userID, _ = said["userId"].(string)
	who.appID, _ = said["appId"].(string)
	if who.userID == "" {
		return authorized{}, login.SessionInvalid
	}
	roles, _ := said["roles"].([]any)
	for _, role := range roles {
		if name, ok := role.(string); ok {
			who.roles = append(who.roles, name)
		}
	}
	return who, nil
}
