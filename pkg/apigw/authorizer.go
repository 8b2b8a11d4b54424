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

// Invoke decides whether a request may pass, and says who sent it. On a denial, API
// Gateway tells the client nothing but 403; the reason is in our log line. If the
// store does not answer, Invoke fails, and API Gateway answers 500. A denial would
// make clients drop good tokens.
func (a *Authorizer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	begin, trail := time.Now(), &login.Trail{}
	var event events.APIGatewayV2CustomAuthorizerV2Request
	v, err := a.verify(login.WithTrail(ctx, trail), payload, &event)

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
		return json.Marshal(allowed(v))
	case denies(failure.Code):
		return json.Marshal(events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: false})
	}
	return nil, errors.New(string(failure.Code))
}

// denies says whether the authorizer answers a failure with a denial. It fails at any other.
func denies(c login.Code) bool { return c.EndsSession() || c == login.OriginKeyRequired }

// verify calls Verifier.Verify with the event's token. A panic becomes an error.
func (a *Authorizer) verify(ctx context.Context, payload []byte, event *events.APIGatewayV2CustomAuthorizerV2Request) (v login.Visitor, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = login.Panicked(p)
		}
	}()
	if err := json.Unmarshal(payload, event); err != nil || event.Version != "2.0" {
		return login.Visitor{}, login.EventMalformed
	}
	if a.origin.Find(event.RequestContext.HTTP.SourceIP, event.Headers).Refused {
		return login.Visitor{}, login.OriginKeyRequired
	}
	return a.verifier.Verify(ctx, tokenIn(event.Headers))
}

// allowed is the response that lets a request pass. The routes behind the authorizer
// find its context in requestContext.authorizer.lambda.
func allowed(v login.Visitor) events.APIGatewayV2CustomAuthorizerSimpleResponse {
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{
		IsAuthorized: true,
		Context: map[string]any{
			"userId":     v.User.ID,
			"appId":      v.Session.AppID,
			"openIdHash": v.Session.OpenIDHash,
			"roles":      append([]string{}, v.User.Roles...), // [], not null
		},
	}
}
