package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Register makes a user of the identity behind a code, where the mini-program lets people ask for that.
var Register = Route{
	Function: "register",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/register",
	handler:  byCode(register),
	fieldsIn: inBody,
	fields:   []field{codeField},
	needs:    needs.Bindings | needs.Token | needs.Directory | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeLogin},
	refusals: []login.Code{
		login.RegisterClosed, login.TooManyRegistrations, login.DirectoryCannot, login.RegisteredElsewhere, login.UserBound,
		login.UserDisabled, login.SessionRevoked, login.SessionReplaced, login.BindingRemoved,
	},
}

func register(ctx context.Context, s *login.Service, caller login.Caller, code string, r *request) (answer, error) {
	opened, err := s.Register(ctx, caller, code)
	if err != nil {
		return answer{}, err
	}
	return loggedIn(opened, sentence(r.lang, "注册成功", "Registered.")), nil
}
