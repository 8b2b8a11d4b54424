package apigw_test

import (
	"encoding/base64"

	"github.com/aws/aws-lambda-go/events"
)

func inBase64(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(e.Body)), true
	return e
}

func broken(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	e.IsBase64Encoded = true
	return e
}

func withQuery(e events.APIGatewayV2HTTPRequest, query string) events.APIGatewayV2HTTPRequest {
	e.RawQueryString = query
	return e
}

func inQuery(query string) events.APIGatewayV2HTTPRequest {
	return withQuery(post("application/json", ""), query)
}
