package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// CheckBind says whether the identity behind a code is bound. If it is, the user is logged in.
var CheckBind = Route{
	Function: "checkbind",
	Method:   http.MethodGet,
	Path:     "/mobileApi/user/checkBind",
	handler:  byCode(checkBind),
	fields:   []field{codeField, prefetchKeyField},
	needs:    needs.Bindings | needs.Token | needs.Directory | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeLogin, login.OutcomeUnbound},
	refusals: []login.Code{login.TooManyRegistrations, login.UserDisabled, login.SessionRevoked, login.SessionReplaced},
}

func checkBind(ctx context.Context, s *login.Service, caller login.Caller, code string, r *request) (answer, error) {
	caller.PrefetchKey = login.Hidden(r.fields[prefetchKeyField.name])
	checked, err := s.Check(ctx, caller, code)
	if err != nil {
		return answer{}, err
	}
	if checked.Login == nil {
		return answer{unboundBody{codeUnbound, sentence(r.lang, "未登录", "Not logged in."), checked.OpenID, checked.Ways}, login.OutcomeUnbound}, nil
	}
	return loggedIn(checked.Login, sentence(r.lang, "已经登录", "Logged in.")), nil
}
