package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// Bind binds the identity behind a code to a user, and logs it in.
var Bind = Route{
	Function: "bind",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/bind",
	serve:    bind,
	fieldsIn: inBody,
}

func bind(ctx context.Context, s *login.Service, r *request) (answer, error) {
	opened, err := s.Bind(ctx, r.caller, login.BindRequest{
		Code:     r.fields["code"],
		OpenID:   r.fields["openId"],
		Username: r.fields["username"],
		Password: login.Hidden(r.fields["password"]),
	})
	if err != nil {
		return answer{}, err
	}
	return loggedIn(opened, sentence(r.lang, "绑定成功", "Bound.")), nil
}
