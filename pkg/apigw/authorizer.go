package apigw

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/audit"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/origin"
)

// AuthorizerFunction is the authorizer's folder in functions/.
const AuthorizerFunction = "authorizer"

// AuthorizerNeeds is what the authorizer stands on.
const AuthorizerNeeds = needs.Token

// AuthorizerConfig holds what an Authorizer needs.
type AuthorizerConfig struct {
	Verifier login.Verifier
	// Logger gets one line per request; nil means slog.Default().
	Logger *slog.Logger
	// Metrics, Origin and LogAddress are as in Config.
	Metrics    *metrics.Writer
	Origin     *origin.Finder
	LogAddress bool
}

// Authorizer guards the platform's own routes: only a request with a live session
// gets through. It is a Lambda authorizer of an HTTP API, with payload format 2.0
// and the simple response:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
//
// It implements lambda.Handler of aws-lambda-go.
type Authorizer struct {
	verifier login.Verifier
	logger   *slog.Logger
	metrics  *metrics.Writer
	address  bool
	origin   *origin.Finder
}

// NewAuthorizer returns an Authorizer.
func NewAuthorizer(c AuthorizerConfig) *Authorizer {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Origin == nil {
		c.Origin = &origin.Finder{Logger: c.Logger}
	}
	return &Authorizer{verifier: c.Verifier, logger: c.Logger, metrics: c.Metrics, origin: c.Origin, address: c.LogAddress}
}

// Invoke is Authorize for events as JSON.
func (a *Authorizer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	begin := time.Now()
	var event events.APIGatewayV2CustomAuthorizerV2Request
	if json.Unmarshal(payload, &event) != nil {
		event.Version = "" // it is refused as malformed
	}
	response, err := a.authorize(ctx, begin, event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(response)
}

// Authorize decides whether a request may pass, and says who sent it. On a denial, API
// Gateway tells the client nothing but 403; the reason is in our log line. If the
// store does not answer, Authorize fails, and API Gateway answers 500. A denial would
// make clients drop good tokens.
func (a *Authorizer) Authorize(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	return a.authorize(ctx, time.Now(), event)
}

func (a *Authorizer) authorize(ctx context.Context, begin time.Time, event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	trail := &login.Trail{}
	v, err := a.verify(login.WithTrail(ctx, trail), event)

	failure := &login.Error{}
	level, outcome, attrs := slog.LevelInfo, login.OutcomeAllowed.String(), []slog.Attr{}
	if err != nil {
		failure = login.AsError(err)
		level, outcome = levels[failure.Code.Severity()], string(failure.Code)
		if !denies(failure.Code) {
			level = slog.LevelError // Lambda counts it among the function's errors, so it begins an alarm
		}
	}
	if failure.Cause != nil {
		attrs = append(attrs, slog.String("cause", failure.Cause.Error()))
	}
	line := []slog.Attr{
		slog.String("route", AuthorizerFunction),
		slog.String("outcome", outcome),
		slog.String("requestId", requestID(event.RequestContext.RequestID)),
	}
	if a.address {
		line = append(line, slog.String(audit.Address, addressOf(a.origin.Find(event.RequestContext.HTTP.SourceIP, event.Headers).Address)))
	}
	logRequest(ctx, a.logger, level, trail, begin, append(line, attrs...))
	a.metrics.Write(metrics.Request{
		Route: AuthorizerFunction, Visit: true, Failure: failure.Code, Took: time.Since(begin), Trail: trail,
	})

	switch {
	case err == nil:
		return allowed(v), nil
	case denies(failure.Code):
		return events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: false}, nil
	}
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{}, errors.New(string(failure.Code))
}

// denies says whether the authorizer answers a failure with a denial. It fails at any other.
func denies(c login.Code) bool { return c.EndsSession() || c == login.OriginKeyRequired }

// verify calls Verifier.Verify with the event's token. A panic becomes an error.
func (a *Authorizer) verify(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (v login.Visitor, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = login.Panicked(p)
		}
	}()
	if event.Version != "2.0" {
		return login.Visitor{}, login.EventMalformed
	}
	if a.origin.Find(event.RequestContext.HTTP.SourceIP, event.Headers).Refused {
		return login.Visitor{}, login.OriginKeyRequired
	}
	return a.verifier.Verify(ctx, tokenIn(event.Headers))
}

// allowed is the response that lets a request pass. The routes behind the authorizer
// find its context in requestContext.authorizer.lambda. Its values have the types that JSON
// gives them, since they may get there without becoming JSON.
func allowed(v login.Visitor) events.APIGatewayV2CustomAuthorizerSimpleResponse {
	roles := make([]any, len(v.User.Roles)) // [], not null
	for i, role := range v.User.Roles {
		roles[i] = role
	}
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{
		IsAuthorized: true,
		Context: map[string]any{
			"userId":     v.User.ID,
			"appId":      v.Session.AppID,
			"openIdHash": v.Session.OpenIDHash,
			"roles":      roles,
		},
	}
}
