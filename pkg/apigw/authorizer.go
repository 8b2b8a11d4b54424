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

	line := requestlog.Request{
		Route: AuthorizerFunction, ID: requestID(event.RequestContext.RequestID), Counted: metrics.CountedAsVisit,
		Outcome: login.OutcomeAllowed, Took: time.Since(begin), Trail: trail,
	}
	if a.address {
		line.Address = addressOf(a.origin.Find(event.RequestContext.HTTP.SourceIP, event.Headers).Address)
	}
	if err == nil {
		a.log.Write(line)
		return allowed(v), nil
	}
	line.Failure = login.AsError(err)
	denied := denies(line.Failure.Code)
	if !denied {
		line.AtLeast = slog.LevelError // Lambda counts it among the function's errors, so it begins an alarm
	}
	a.log.Write(line)
	if denied {
		return events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: false}, nil
	}
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{}, errors.New(string(line.Failure.Code))
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
