package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Unbind removes the binding through which the caller's session was opened.
var Unbind = Route{
	Function: "unbind",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/unbind",
	handler:  bySession(unbind),
	fieldsIn: inBody,
	fields:   []field{{"force", truth}, codeField},
	needs:    needs.Code | needs.Bindings | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeUnbound},
	refusals: []login.Code{login.LastBinding, login.ReauthRequired},
}

func unbind(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	if err := s.Unbind(ctx, r.caller, v, r.fields.truth("force"), r.fields["code"]); err != nil {
		return answer{}, err
	}
	return done(r, login.OutcomeUnbound, "解绑成功", "Unbound."), nil
}
