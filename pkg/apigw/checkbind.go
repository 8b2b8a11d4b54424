package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// CheckBind says whether the identity behind a code is bound, and logs it in.
var CheckBind = Route{
	Function: "checkbind",
	Method:   http.MethodGet,
	Path:     "/mobileApi/user/checkBind",
	serve:    checkBind,
}

func checkBind(ctx context.Context, s *login.Service, r *request) (answer, error) {
	checked, err := s.Check(ctx, r.caller, r.fields["code"])
	if err != nil {
		return answer{}, err
	}
	if checked.Login == nil {
		return answer{unboundBody{codeUnbound, sentence(r.lang, "未登录", "Not logged in."), checked.OpenID}, "unbound"}, nil
	}
	return loggedIn(checked.Login, sentence(r.lang, "已经登录", "Logged in.")), nil
}
