package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// BindPhone logs somebody in by their phone number, and binds the identity behind a code to the user who has it.
var BindPhone = Route{
	Function: "bindphone",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/bindPhone",
	handler:  byCode(bindPhone),
	fieldsIn: inBody,
	fields:   []field{codeField, phoneCodeField, {"openId", optional}, {"password", optional}, replaceField},
	needs:    needs.Bindings | needs.Token | needs.Directory | needs.Passwords | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomeLogin},
	refusals: []login.Code{
		login.PhoneCodeMissing, login.PhoneCodeInvalid, login.PhoneOff, login.PhoneUnknown, login.PhoneStale, login.PasswordRequired,
		login.PasswordChangeRequired, login.RegisteredElsewhere, login.TooManyRegistrations, login.DirectoryCannot,
		login.WXTokenRejected,
		login.OpenIDInvalid, login.IdentityMismatch, login.UserBound, login.RebindClosed, login.RebindTooSoon,
		login.UserDisabled, login.SessionRevoked, login.SessionReplaced, login.BindingRemoved,
	},
}

func bindPhone(ctx context.Context, s *login.Service, caller login.Caller, code string, r *request) (answer, error) {
	opened, err := s.BindPhone(ctx, caller, login.PhoneRequest{
		Code:      code,
		PhoneCode: r.fields["phoneCode"],
		OpenID:    r.fields["openId"],
		Password:  login.Hidden(r.fields["password"]),
		Replace:   r.fields.truth("replace"),
	})
	if err != nil {
		return answer{}, err
	}
	return loggedIn(opened, sentence(r.lang, "登录成功", "Logged in.")), nil
}
