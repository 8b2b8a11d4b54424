package apigw

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/origin"
)

// Guard says what a caller must show. The table guards holds everything else about it.
type Guard int

const (
	// GuardCode is a fresh code of wx.login.
	GuardCode Guard = iota + 1
	// GuardSession is the token of a live session.
	GuardSession
	// GuardService is the credential of a service.
	GuardService
	// GuardWeChat is the signature of WeChat's own servers.
	GuardWeChat
	// GuardAuthorizer is whatever the authorizer in front of the function demands.
	GuardAuthorizer
)

// meaning is everything that is fixed about a guard.
type meaning struct {
	// security lists the schemes of openapi.yaml. Any one of them suffices. It is empty
	// if the caller shows no credential.
	security []string
	// challenge is the WWW-Authenticate header of a 401: what the caller must show
	// (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 7617, section 2).
	challenge string
	// bySession says that a session is what lets the caller in; see envelope.Status.
	bySession bool
	counted   metrics.Counting
	// needs is what the guard itself stands on.
	needs needs.Set
	// errors are the guard's refusals.
	errors []login.Code
}

var guards = map[Guard]meaning{
	GuardCode: {
		counted: metrics.CountedAsLogin, needs: needs.Code,
		errors: []login.Code{login.CodeMissing, login.WXCodeInvalid, login.WXCodeUsed},
	},
	GuardSession: {
		security: []string{"Bearer", "XToken"}, challenge: "Bearer", bySession: true,
		counted: metrics.CountedAsVisit, needs: needs.Token,
		errors: []login.Code{
			login.SessionInvalid, login.SessionExpired, login.SessionRevoked, login.SessionReplaced, login.UserDisabled, login.BindingRemoved,
		},
	},
	GuardService: {
		security: []string{"Service"}, challenge: `Basic realm="wxbind", charset="UTF-8"`,
		counted: metrics.CountedAsVisit, needs: needs.Services,
		errors: []login.Code{login.InvalidClient},
	},
	GuardWeChat: {
		security: []string{"WeChat"},
		counted:  metrics.CountedAsPush, needs: needs.Secret | needs.Pushes,
		errors: []login.Code{login.AppIDUnknown, login.PushOff, login.PushRejected},
	},
	GuardAuthorizer: {
		security: []string{"Bearer", "XToken"}, challenge: "Bearer", bySession: true,
		counted: metrics.CountedElsewhere,
		errors:  []login.Code{login.SessionInvalid},
	},
}

// Security lists the schemes of openapi.yaml that a guard accepts. Any one of them suffices.
func (g Guard) Security() []string { return guards[g].security }

// guarded serves a route behind a guard. Each guard has a type, whose function takes
// what the guard has proved, so it cannot be called without the proof.
type guarded interface {
	guard() Guard
	serve(ctx context.Context, s *login.Service, r *request) (answer, error)
}

// byCode serves whoever shows a code. Nothing is proved yet: login.Service proves it
// by the exchange, together with what else the request says.
type byCode func(ctx context.Context, s *login.Service, caller login.Caller, code string, r *request) (answer, error)

func (byCode) guard() Guard { return GuardCode }

func (handle byCode) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	return handle(ctx, s, r.caller, r.fields["code"], r)
}

// bySession serves whoever shows the token of a live session.
type bySession func(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error)

func (bySession) guard() Guard { return GuardSession }

func (handle bySession) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	v, err := s.Verify(ctx, tokenIn(r.event.Headers))
	if err != nil {
		return answer{}, err
	}
	return handle(ctx, s, v, r)
}

// byService serves the platform's services that have shown their key.
type byService func(ctx context.Context, s *login.Service, by login.KnownService, r *request) (answer, error)

func (byService) guard() Guard { return GuardService }

func (handle byService) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	id, key := credential(origin.Header(r.event.Headers, "authorization"))
	by, err := s.AuthenticateService(ctx, id, key)
	if err != nil {
		return answer{}, err
	}
	return handle(ctx, s, by, r)
}

// byWeChat serves WeChat's own servers. Nothing is proved yet: login.Service proves it by the mini-program's settings.
type byWeChat func(ctx context.Context, s *login.Service, appID string, raw login.RawPush, r *request) (answer, error)

func (byWeChat) guard() Guard { return GuardWeChat }

func (handle byWeChat) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	return handle(ctx, s, r.event.PathParameters["appId"], login.RawPush{
		Signature: r.fields[signatureField.name], MessageSignature: r.fields[messageSignatureField.name],
		Timestamp: r.fields[timestampField.name], Nonce: r.fields[nonceField.name], Body: r.raw,
	}, r)
}

// byAuthorizer serves whoever the authorizer has let pass.
type byAuthorizer func(ctx context.Context, who authorized, r *request) (answer, error)

func (byAuthorizer) guard() Guard { return GuardAuthorizer }

func (handle byAuthorizer) serve(ctx context.Context, _ *login.Service, r *request) (answer, error) {
	who, err := authorizedIn(r.event)
	if err != nil {
		return answer{}, err
	}
	return handle(ctx, who, r)
}
