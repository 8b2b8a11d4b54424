package apigw

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

// AuthorizerFunction is the authorizer's folder in functions/.
const AuthorizerFunction = "authorizer"

// AuthorizerNeeds is what the authorizer stands on.
const AuthorizerNeeds = needs.Token

// AuthorizerConfig holds what an Authorizer needs.
type AuthorizerConfig struct {
	Verifier login.Verifier
	// Log, Origin and LogAddress are as in Config.
	Log        *requestlog.Log
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
	log      *requestlog.Log
	address  bool
	origin   *origin.Finder
}

// NewAuthorizer returns an Authorizer.
func NewAuthorizer(c AuthorizerConfig) *Authorizer {
	if c.Origin == nil {
		c.Origin = &origin.Finder{}
	}
	return &Authorizer{verifier: c.Verifier, log: c.Log, origin: c.Origin, address: c.LogAddress}
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

	line := requestlog.Request{
		Route: AuthorizerFunction, ID: requestID(event.RequestContext.RequestID), Counted: metrics.CountedAsVisit,
		Outcome: login.OutcomeAllowed, Took: time.Since(begin), Trail: trail,
	}
	if a.address {
		line.Address = addressOf(a.origin.Find(event.RequestContext.HTTP.SourceIP, event.Headers).Address)
	}
	if err == nil {
		a.log.Write(line)
		return json.Marshal(allowed(v))
	}
	line.Failure = login.AsError(err)
	denied := denies(line.Failure.Code)
	if !denied {
		line.Severity = slog.LevelError // Lambda counts it among the function's errors, so it begins an alarm
	}
	a.log.Write(line)
	if denied {
		return json.Marshal(events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: false})
	}
	return nil, errors.New(string(line.Failure.Code))
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
