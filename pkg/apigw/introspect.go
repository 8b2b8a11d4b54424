package apigw

import (
	"context"
	"net/http"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Introspect tells one of the platform's services whose token it is, as RFC 7662 says:
// https://www.rfc-editor.org/rfc/rfc7662
var Introspect = Route{
	Function: "introspect",
	Method:   http.MethodPost,
	Path:     "/api/login/introspect",
	handler:  byService(introspect),
	fieldsIn: inBody,
	fields:   []field{{"token", text}},
	needs:    needs.Token,
	outcomes: []login.Outcome{login.OutcomeActive, login.OutcomeInactive},
	refusals: []login.Code{login.TokenMissing},
}

// introspectionBody is the response of RFC 7662, section 2.2. It says nothing more
// about a token that is not active.
type introspectionBody struct {
	Active    bool   `json:"active"`
	Sub       string `json:"sub,omitempty"`
	Username  string `json:"username,omitempty"`
	ClientID  string `json:"client_id,omitempty"` // the appid of the mini-program
	Scope     string `json:"scope,omitempty"`
	IssuedAt  int64  `json:"iat,omitempty"` // Unix seconds, as exp
	ExpiresAt int64  `json:"exp,omitempty"`
	TokenType string `json:"token_type,omitempty"`
}

func introspect(ctx context.Context, s *login.Service, by login.KnownService, r *request) (answer, error) {
	v, err := s.Introspect(ctx, by, login.Hidden(r.fields["token"]))
	if err != nil {
		return answer{}, err
	}
	if v == nil {
		return answer{introspectionBody{}, login.OutcomeInactive}, nil
	}
	return answer{introspectionBody{
		Active: true, Sub: v.User.ID, Username: v.User.Username, ClientID: v.Session.AppID,
		Scope: scopeOf(v.User.Roles), IssuedAt: v.Session.CreatedAt.Unix(), ExpiresAt: v.Session.IdleEnd.Unix(),
		TokenType: "Bearer",
	}, login.OutcomeActive}, nil
}

// scopeOf writes roles as a scope (RFC 6749, section 3.3). It leaves out roles that a
// scope cannot hold: a name with a space in it would be read as two roles.
func scopeOf(roles []string) string {
	var scope []string
	for _, role := range roles {
		odd := strings.IndexFunc(role, func(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' })
		if role != "" && odd < 0 {
			scope = append(scope, role)
		}
	}
	return strings.Join(scope, " ")
}
