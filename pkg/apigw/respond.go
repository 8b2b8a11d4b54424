package apigw

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

func (x *invocation) respond(a answer) events.APIGatewayV2HTTPResponse {
	x.log(requestlog.Request{Outcome: a.outcome, Status: http.StatusOK})
	return respond(http.StatusOK, a.body)
}

// respondError is where every failure ends.
func (x *invocation) respondError(err error) events.APIGatewayV2HTTPResponse {
	failure := login.AsError(err)
	status := x.request.route.Status(failure.Code)
	x.log(requestlog.Request{Failure: failure, Status: status})

	body := envelope.FailureOf(failure, x.request.lang, x.request.id)
	response := respond(status, body)
	if status == http.StatusUnauthorized {
		response.Headers["www-authenticate"] = guards[x.request.route.Guard()].challenge
	}
	if wait := body.RetryAfterHeader(); wait != "" {
		response.Headers["retry-after"] = wait
	}
	return response
}

func respond(status int, body any) events.APIGatewayV2HTTPResponse {
	if bare, ok := body.(bareText); ok {
		headers := envelope.Headers()
		headers["content-type"] = "text/plain; charset=utf-8"
		return events.APIGatewayV2HTTPResponse{StatusCode: status, Headers: headers, Body: string(bare)}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // bodies are structs of strings and numbers
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers:    envelope.Headers(),
		Body:       string(text),
	}
}

// log writes the line of the request. The access log of API Gateway has the address, so the line has it only of a security
// event, or if there is no access log.
func (x *invocation) log(r requestlog.Request) {
	route := x.request.route
	r.Route, r.ID, r.Counted = route.Function, x.request.id, guards[route.Guard()].counted
	r.Took, r.Trail = time.Since(x.begin), x.trail
	if x.handler.address || len(x.trail.Events) > 0 {
		r.Address = x.request.caller.Address
	}
	r.Device = x.request.caller.Device
	if x.trail.Prefetched { // that is a server of WeChat's
		r.Device = login.PrefetchDevice
	}
	x.handler.log.Write(r)
}
