package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
)

// UserInfo says who is logged in.
var UserInfo = Route{
	Function: "userinfo",
	Method:   http.MethodGet,
	Path:     "/mobileApi/user/info",
	handler:  bySession(showUser),
	outcomes: []login.Outcome{login.OutcomeUserInfo},
}

type userInfoBody struct {
	Code      int          `json:"code"`
	Msg       string       `json:"msg"`
	ExpiresAt int64        `json:"expiresAt"` // Unix seconds
	UserInfo  userInfo     `json:"userInfo"`
	MenuList  []login.Menu `json:"menuList"`
}

func showUser(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	menus, err := s.Menus(ctx, v)
	if err != nil {
		return answer{}, err
	}
	return answer{userInfoBody{
		Code: codeDone, Msg: sentence(r.lang, "获取成功", "OK."),
		ExpiresAt: v.Session.IdleEnd.Unix(), UserInfo: infoOf(v.User), MenuList: menus,
	}, login.OutcomeUserInfo}, nil
}
