// Package apigw stands between API Gateway and the domain. It reads events of an
// HTTP API (payload format 2.0), calls login.Service, and answers in the one
// envelope that clients in the field read. AWS's event types stop here.
//
// Each route has a file of its own, or shares it with the other route of its
// function. respond.go is the only place that chooses a status or logs a failure.
//
// The payload's format: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
package apigw
