package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Password changes the user's password, or gives a first one with a username.
var Password = Route{
	Function: "password",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/password",
	handler:  bySession(changePassword),
	fieldsIn: inBody,
	fields:   []field{codeField, {"username", text}, passwordField, newPasswordField},
	needs:    needs.Code | needs.Bindings | needs.Passwords | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomePassword},
	refusals: []login.Code{
		login.ReauthRequired, login.RecentlyReplaced, login.PasswordMissing, login.PasswordTooWeak, login.PasswordNotHere,
		login.UsernameMissing, login.UsernameInvalid, login.UsernameTaken,
	},
}

func changePassword(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	err := s.ChangePassword(ctx, r.caller, v, login.PasswordRequest{
		Code:        r.fields["code"],
		Password:    login.Hidden(r.fields["password"]),
		NewPassword: login.Hidden(r.fields["newPassword"]),
		Username:    r.fields["username"],
	})
	if err != nil {
		return answer{}, err
	}
	return done(r, login.OutcomePassword, "密码已修改", "The password is changed."), nil
}
