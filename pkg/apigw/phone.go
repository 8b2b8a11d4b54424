package apigw

import (
	"context"
	"net/http"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Phone sets the user's own phone number, or changes it.
var Phone = Route{
	Function: "phone",
	Method:   http.MethodPost,
	Path:     "/mobileApi/user/phone",
	handler:  bySession(setPhone),
	fieldsIn: inBody,
	fields:   []field{codeField, phoneCodeField},
	needs:    needs.Code | needs.Outbox,
	outcomes: []login.Outcome{login.OutcomePhone},
	refusals: []login.Code{
		login.ReauthRequired, login.RecentlyReplaced, login.PhoneCodeMissing, login.PhoneCodeInvalid, login.PhoneOff, login.PhoneTaken, login.DirectoryCannot,
		login.WXTokenRejected,
	},
}

type phoneBody struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
	// Phone is masked.
	Phone string `json:"phone"`
}

func setPhone(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error) {
	phone, err := s.SetPhone(ctx, r.caller, v, r.fields["code"], r.fields["phoneCode"])
	if err != nil {
		return answer{}, err
	}
	return answer{phoneBody{codeDone, sentence(r.lang, "手机号已更新", "The phone number is set."), phone.Masked()}, login.OutcomePhone}, nil
}
