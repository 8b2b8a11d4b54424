package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// WhoAmI is a sample of a platform's own route behind the authorizer. It trusts
// what the authorizer put into the event, and nothing else.
var WhoAmI = Route{
	Function: "whoami",
	Method:   http.MethodGet,
	Path:     "/api/sample/whoami",
	handler:  byAuthorizer(whoAmI),
	outcomes: []login.Outcome{login.OutcomeWhoAmI},
}

type whoAmIBody struct {
	Code   int      `json:"code"`
	Msg    string   `json:"msg"`
	UserID string   `json:"userId"`
	AppID  string   `json:"appId"`
	Roles  []string `json:"roles"`
}

func whoAmI(_ context.Context, who authorized, r *request) (answer, error) {
	return answer{whoAmIBody{codeDone, sentence(r.lang, "获取成功", "OK."), who.userID, who.appID, who.roles}, login.OutcomeWhoAmI}, nil
}
