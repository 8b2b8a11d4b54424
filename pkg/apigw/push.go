package apigw

import (
	"context"
	"net/http"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// VerifyPushURL answers WeChat, which verifies the address to which it is to push as soon as its console has it.
var VerifyPushURL = Route{
	Function: "push",
	Method:   http.MethodGet,
	Path:     "/wechat/events/{appId}",
	handler:  byWeChat(verifyPushURL),
	fields:   []field{signatureField, timestampField, nonceField, echoField},
	outcomes: []login.Outcome{login.OutcomePushURL},
}

// Push does what WeChat pushes. Whatever is not answered with success, WeChat repeats.
var Push = Route{
	Function: "push",
	Method:   http.MethodPost,
	Path:     "/wechat/events/{appId}",
	handler:  byWeChat(push),
	fieldsIn: inQueryBesideRaw,
	fields:   []field{signatureField, messageSignatureField, timestampField, nonceField},
	needs:    needs.Tables,
	outcomes: []login.Outcome{
		login.OutcomePushDone, login.OutcomePushNothing, login.OutcomePushUnproved, login.OutcomePushPunished, login.OutcomePushOther,
	},
}

// pushTaken is how WeChat wants every push to be answered, in clear in all modes:
// https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
const pushTaken bareText = "success"

// maxEcho is the longest echostr that is answered, in bytes. WeChat's have about 20 digits.
const maxEcho = 128

func verifyPushURL(ctx context.Context, s *login.Service, appID string, raw login.RawPush, r *request) (answer, error) {
	echo := r.fields[echoField.name]
	if echo == "" || len(echo) > maxEcho || strings.ContainsFunc(echo, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return answer{}, login.QueryMalformed
	}
	if err := s.VerifyPushURL(ctx, appID, raw); err != nil {
		return answer{}, err
	}
	return answer{bareText(echo), login.OutcomePushURL}, nil
}

func push(ctx context.Context, s *login.Service, appID string, raw login.RawPush, _ *request) (answer, error) {
	outcome, err := s.Push(ctx, appID, raw)
	if err != nil {
		return answer{}, err
	}
	return answer{pushTaken, outcome}, nil
}
