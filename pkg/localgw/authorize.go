package localgw

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
)

// Authorizer is a Lambda authorizer with the simple response. The values of the response's context must have the types
// that encoding/json reads into an any.
type Authorizer interface {
	Authorize(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error)
}

// authorize asks an authorizer, without a cache or a required identity source, and puts what it says about the caller into
// the event:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
func authorize(ctx context.Context, authorizer Authorizer, e *events.APIGatewayV2HTTPRequest) (allowed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, functionTimeout)
	defer cancel()
	verdict, err := authorizer.Authorize(ctx, events.APIGatewayV2CustomAuthorizerV2Request{
		Version: "2.0", Type: "REQUEST",
		RouteArn:              fmt.Sprintf("arn:aws:execute-api:local:%s:local/$default/%s%s", e.RequestContext.AccountID, e.RequestContext.HTTP.Method, e.RawPath),
		RouteKey:              e.RouteKey,
		RawPath:               e.RawPath,
		RawQueryString:        e.RawQueryString,
		Cookies:               e.Cookies,
		Headers:               e.Headers,
		QueryStringParameters: e.QueryStringParameters,
		RequestContext:        e.RequestContext,
		PathParameters:        e.PathParameters,
	})
	if err != nil {
		return false, err
	}
	e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{Lambda: verdict.Context}
	return verdict.IsAuthorized, nil
}
