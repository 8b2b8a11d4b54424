package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// Code2Session says whose code it is. It opens no session, and WeChat's
// session_key stays here.
var Code2Session = Route{
	Function: "code2session",
	Method:   http.MethodPost,
	Path:     "/api/login/code2session",
	serve:    code2Session,
	fieldsIn: inBody,
}

type identityBody struct {
	Code    int    `json:"code"`
	OpenID  string `json:"openId"`
	UnionID string `json:"unionId,omitempty"`
	Bound   bool   `json:"bound"`
}

func code2Session(ctx context.Context, s *login.Service, r *request) (answer, error) {
	e, err := s.Code2Session(ctx, r.caller, r.fields["code"])
	if err != nil {
		return answer{}, err
	}
	outcome := "unbound"
	if e.Bound {
		outcome = "bound"
	}
	return answer{identityBody{codeDone, e.OpenID, e.UnionID, e.Bound}, outcome}, nil
}
