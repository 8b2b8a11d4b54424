package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Logout ends the caller's session or, with `all`, every session of the user.
var Logout = Route{
	Function: "logout",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/logout",
	handler:  bySession(logout),
	fieldsIn: inBody,
	fields:   []field{{"all", truth}},
	needs:    needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeLogout},
}

func logout(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	if err := s.Logout(ctx, v, r.fields.truth("all")); err != nil {
		return answer{}, err
	}
	return done(r, login.OutcomeLogout, "已退出登录", "Logged out."), nil
}
