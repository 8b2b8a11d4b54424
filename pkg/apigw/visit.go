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

// tokenIn finds the token in the headers of an event.
func tokenIn(headers map[string]string) login.Hidden {
	return login.TokenOf(header(headers, "authorization"), header(headers, "x-token"))
}

// credential reads `Authorization: Basic <id:key>`, both parts percent-encoded
// (RFC 6749, section 2.3.1). A + stays what it is and is no space, so that the usual key
// without a % may also come as it is. It gives "" for what is no such header; nobody has
// an empty key.
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
