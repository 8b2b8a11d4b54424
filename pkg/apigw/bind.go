package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Bind binds the identity behind a code to a user, and logs the user in.
var Bind = Route{
	Function: "bind",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/bind",
	handler:  byCode(bind),
	fieldsIn: inBody,
	fields:   []field{codeField, {"openId", optional}, {"username", text}, passwordField, newPasswordField, replaceField},
	needs:    needs.Bindings | needs.Token | needs.Directory | needs.Passwords | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeLogin},
	refusals: []login.Code{
		login.UsernameMissing, login.UsernameInvalid, login.PasswordMissing, login.PasswordTooWeak, login.PasswordChangeRequired, login.PasswordExpired,
		login.PasswordNotTemporary, login.PasswordNotHere,
		login.BindProofRequired, login.OpenIDInvalid, login.IdentityMismatch, login.IdentityBound, login.UserBound, login.RebindClosed, login.RebindTooSoon,
		login.UserDisabled, login.SessionRevoked, login.SessionReplaced, login.BindingRemoved,
	},
}

func bind(ctx context.Context, s *login.Service, caller login.Caller, code string, r *request) (answer, error) {
	opened, err := s.Bind(ctx, caller, login.BindRequest{
		Code:        code,
		OpenID:      r.fields["openId"],
		Username:    r.fields["username"],
		Password:    login.Hidden(r.fields["password"]),
		NewPassword: login.Hidden(r.fields["newPassword"]),
		Replace:     r.fields.truth("replace"),
	})
	if err != nil {
		return answer{}, err
	}
	return loggedIn(opened, sentence(r.lang, "绑定成功", "Bound.")), nil
}
