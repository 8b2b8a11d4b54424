package login

import "strings"

// TokenOf finds the token of a request in the values of its headers Authorization
// and X-Token, which clients in the field use in its place. Authorization counts
// when its scheme is Bearer, in any case (RFC 9110, 11.1; RFC 6750, 2.1): then
// X-Token is not looked at. It is "" when there is no token.
//
// A header that came more than once is given joined by commas, as API Gateway
// joins it (RFC 9110, 5.3): that is no token, and none of them is picked.
func TokenOf(authorization, xToken string) Hidden {
	scheme, credentials, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return Hidden(strings.TrimSpace(credentials))
	}
	return Hidden(strings.TrimSpace(xToken))
}
