package login

import "strings"

// TokenOf finds the token of a request in the values of its headers Authorization and X-Token, which some
// clients send in its place. If the scheme of Authorization is Bearer, in upper or lower case, X-Token is
// ignored (RFC 9110, 11.1; RFC 6750, 2.1). It is "" if there is no token.
//
// Pass a header that came more than once joined by commas, as API Gateway does (RFC 9110, 5.3). The result
// is then no valid token: none of them is picked.
func TokenOf(authorization, xToken string) Hidden {
	scheme, credentials, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return Hidden(strings.TrimSpace(credentials))
	}
	return Hidden(strings.TrimSpace(xToken))
}
