package localgw

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
)

// authorize calls a Lambda authorizer with the simple response, without a cache or a required identity source, and puts
// what it says about the caller into the event:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
func authorize(ctx context.Context, authorizer Function, e *events.APIGatewayV2HTTPRequest) (allowed bool, err error) {
	payload, err := json.Marshal(events.APIGatewayV2CustomAuthorizerV2Request{
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
	answer, err := invoke(ctx, authorizer, payload)
	if err != nil {
		return false, err
	}
	var verdict events.APIGatewayV2CustomAuthorizerSimpleResponse
	if err := json.Unmarshal(answer, &verdict); err != nil {
		return false, err
	}
	e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{Lambda: verdict.Context}
	return verdict.IsAuthorized, nil
}
