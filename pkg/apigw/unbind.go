package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// Unbind removes the binding that the caller's session was opened under.
var Unbind = Route{
	Function: "unbind",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/unbind",
	Guard:    GuardSession,
	serve:    visited(unbind),
	fieldsIn: inBody,
	own:      fieldTypes{"force": truth},
}

func unbind(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	if err := s.Unbind(ctx, r.caller, v, r.fields.truth("force"), r.fields["code"]); err != nil {
		return answer{}, err
	}
	return done(r, "unbound", "解绑成功", "Unbound."), nil
}
