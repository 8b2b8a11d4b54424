package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Code2Session says whose code it is. It opens no session, and never passes on
// WeChat's session_key.
var Code2Session = Route{
	Function: "code2session",
	Method:   http.MethodPost,
	Path:     "/api/login/code2session",
	handler:  byCode(code2Session),
	fieldsIn: inBody,
	fields:   []field{codeField},
	needs:    needs.Bindings,
	outcomes: []login.Outcome{login.OutcomeBound, login.OutcomeUnbound},
}

type identityBody struct {
	Code    int    `json:"code"`
	OpenID  string `json:"openId"`
	UnionID string `json:"unionId,omitempty"`
	Bound   bool   `json:"bound"`
}

func code2Session(ctx context.Context, s *login.Service, caller login.Caller, code string, _ *request) (answer, error) {
	e, err := s.Code2Session(ctx, caller, code)
	if err != nil {
		return answer{}, err
	}
	outcome := login.OutcomeUnbound
	if e.Bound {
		outcome = login.OutcomeBound
	}
	return answer{identityBody{codeDone, e.OpenID, e.UnionID, e.Bound}, outcome}, nil
}
