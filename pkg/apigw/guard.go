package apigw

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Guard says what a caller must show. All else about it stands in guards.
type Guard int

const (
	// GuardCode is a fresh code of wx.login.
	GuardCode Guard = iota + 1
	// GuardSession is the token of a living session.
	GuardSession
	// GuardService is the credential of a service.
	GuardService
	// GuardAuthorizer is whatever the authorizer demands, which stands before the function.
	GuardAuthorizer
)

// counting is how metrics count a request.
type counting int

const (
	// countedElsewhere: the authorizer has counted it.
	countedElsewhere counting = iota
	countedAsLogin
	countedAsVisit
)

// meaning is all that is fixed about a guard.
type meaning struct {
	// security are the schemes of openapi.yaml, of which one suffices; none for who
	// shows no credential.
	security []string
	// challenge says what to show to who did not (RFC 9110, section 11.6.1; RFC 6750,
	// section 3; RFC 7617, section 2).
	challenge string
	// bySession says that a session lets the caller in; see envelope.Status.
	bySession bool
	counted   counting
	// needs are what the guard itself stands on.
	needs needs.Set
	// errors are how it refuses.
	errors []login.Code
}

var guards = map[Guard]meaning{
	GuardCode: {
		counted: countedAsLogin, needs: needs.Code,
		errors: []login.Code{login.CodeMissing, login.WXCodeInvalid, login.WXCodeUsed},
	},
	GuardSession: {
		security: []string{"Bearer", "XToken"}, challenge: "Bearer", bySession: true,
		counted: countedAsVisit, needs: needs.Token,
		errors: []login.Code{
			login.SessionInvalid, login.SessionExpired, login.SessionRevoked, login.SessionReplaced, login.UserDisabled, login.BindingRemoved,
		},
	},
	GuardService: {
		security: []string{"Service"}, challenge: `Basic realm="wxbind", charset="UTF-8"`,
		counted: countedAsVisit, needs: needs.Secret,
		errors: []login.Code{login.InvalidClient},
	},
	GuardAuthorizer: {
		security: []string{"Bearer", "XToken"}, challenge: "Bearer", bySession: true,
		errors: []login.Code{login.SessionInvalid},
	},
}

// Security names the schemes of openapi.yaml that a guard takes, of which one suffices.
func (g Guard) Security() []string { return guards[g].security }

// guarded is what serves a route behind a guard. There is a type for each guard; its
// function takes what the guard has proved, so that it cannot be called without.
type guarded interface {
	guard() Guard
	serve(ctx context.Context, s *login.Service, r *request) (answer, error)
}

// byCode serves whoever shows a code. It is proved by being exchanged for an identity,
// which login.Service does.
type byCode func(ctx context.Context, s *login.Service, caller login.Caller, code string, r *request) (answer, error)

func (byCode) guard() Guard { return GuardCode }

func (handle byCode) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	return handle(ctx, s, r.caller, r.fields["code"], r)
}

// bySession serves whoever shows the token of a living session.
type bySession func(ctx context.Context, s *login.Service, v login.Visitor, r *request) (answer, error)

func (bySession) guard() Guard { return GuardSession }

func (handle bySession) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	v, err := s.Verify(ctx, tokenIn(r.event.Headers))
	if err != nil {
		return answer{}, err
	}
	return handle(ctx, s, v, r)
}

// byService serves the services of the platform that are in the secret.
type byService func(ctx context.Context, s *login.Service, by login.KnownService, r *request) (answer, error)

func (byService) guard() Guard { return GuardService }

func (handle byService) serve(ctx context.Context, s *login.Service, r *request) (answer, error) {
	id, key := credential(header(r.event.Headers, "authorization"))
	by, err := s.AuthenticateService(ctx, id, key)
	if err != nil {
		return answer{}, err
	}
	return handle(ctx, s, by, r)
}

// byAuthorizer serves whom the authorizer has let pass.
type byAuthorizer func(ctx context.Context, who authorized, r *request) (answer, error)

func (byAuthorizer) guard() Guard { return GuardAuthorizer }

func (handle byAuthorizer) serve(ctx context.Context, _ *login.Service, r *request) (answer, error) {
	who, err := authorizedIn(r.event)
	if err != nil {
		return answer{}, err
	}
	return handle(ctx, who, r)
}
