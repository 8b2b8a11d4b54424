package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Profile sets the user's own name and avatar.
var Profile = Route{
	Function: "profile",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/profile",
	handler:  bySession(setProfile),
	fieldsIn: inBody,
	fields:   []field{{"name", text}, {"avatar", clearable}},
	needs:    needs.Avatars,
	outcomes: []login.Outcome{login.OutcomeProfile},
	refusals: []login.Code{login.ProfileMissing, login.NameInvalid, login.AvatarInvalid, login.DirectoryCannot},
}

type profileBody struct {
	Code     int      `json:"code"`
	Msg      string   `json:"msg"`
	UserInfo userInfo `json:"userInfo"`
}

func setProfile(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	var change login.ProfileRequest
	if name, ok := r.fields["name"]; ok {
		change.Name = &name
	}
	if avatar, ok := r.fields["avatar"]; ok {
		change.Avatar = &avatar
	}
	user, err := s.SetProfile(ctx, v, change)
	if err != nil {
		return answer{}, err
	}
	return answer{profileBody{codeDone, sentence(r.lang, "资料已更新", "The profile is set."), infoOf(user)}, login.OutcomeProfile}, nil
}
