package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// WhoAmI is a sample of a platform's own route behind the authorizer. It
// believes what the authorizer has put into the event, and nothing else.
var WhoAmI = Route{
	Function: "whoami",
	Method:   http.MethodGet,
	Path:     "/api/sample/whoami",
	Guard:    GuardAuthorizer,
	serve:    whoAmI,
}

type whoAmIBody struct {
	Code   int      `json:"code"`
	Msg    string   `json:"msg"`
	UserID string   `json:"userId"`
	AppID  string   `json:"appId"`
	Roles  []string `json:"roles"`
}

// whoAmI answers SessionInvalid where no authorizer stands before it.
func whoAmI(_ context.Context, _ *login.Service, r *request) (answer, error) {
	if r.event.RequestContext.Authorizer == nil {
		return answer{}, login.SessionInvalid
	}
	said := r.event.RequestContext.Authorizer.Lambda
	body := whoAmIBody{Code: codeDone, Msg: sentence(r.lang, "获取成功", "Here you are."), Roles: []string{}}
	body.UserID, _ = said["userId"].(string)
	body.AppID, _ = said["appId"].(string)
	if body.UserID == "" {
		return answer{}, login.SessionInvalid
	}
	roles, _ := said["roles"].([]any)
	for _, role := range roles {
		if name, ok := role.(string); ok {
			body.Roles = append(body.Roles, name)
		}
	}
	return answer{body, "whoami"}, nil
}
