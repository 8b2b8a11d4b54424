package apigw

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// visited makes a route for whoever shows the token of a living session.
func visited(
	serve func(context.Context, *login.Service, login.Visitor, *request) (answer, error),
) func(context.Context, *login.Service, *request) (answer, error) {
	return func(ctx context.Context, s *login.Service, r *request) (answer, error) {
		v, err := s.Verify(ctx, tokenIn(r.event.Headers))
		if err != nil {
			return answer{}, err
		}
		return serve(ctx, s, v, r)
	}
}

// tokenIn finds the token in the headers of an event: `Authorization: Bearer
// <token>` (RFC 6750, section 2.1), else `X-Token: <token>`, and "" for neither. What
// it finds is foreign bytes: API Gateway joins a header that came twice with a
// comma, which no token holds.
func tokenIn(headers map[string]string) login.Hidden {
	if token, ok := schemeCut(header(headers, "authorization"), "Bearer"); ok {
		return login.Hidden(token)
	}
	return login.Hidden(header(headers, "x-token"))
}

// credential reads `Authorization: Basic <id:key>`. Both parts are written as in a
// form (RFC 6749, section 2.3.1). It gives "" for what is no such header; nobody has an
// empty key.
func credential(authorization string) (id string, key login.Hidden) {
	encoded, ok := schemeCut(authorization, "Basic")
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return "", ""
	}
	rawID, rawKey, found := strings.Cut(string(pair), ":")
	id, badID := url.QueryUnescape(rawID)
	plain, badKey := url.QueryUnescape(rawKey)
	if !found || badID != nil || badKey != nil {
		return "", ""
	}
	return id, login.Hidden(plain)
}

// schemeCut gives what stands behind a scheme, whose name knows no case (RFC 9110,
// section 11.1).
func schemeCut(authorization, scheme string) (rest string, ok bool) {
	name, rest, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(name, scheme) {
		return "", false
	}
	return strings.TrimLeft(rest, " "), true
}
