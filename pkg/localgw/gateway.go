// Package localgw is an API Gateway HTTP API on one machine. It turns HTTP requests into events of payload format 2.0,
// and a function's answers back into HTTP, so that handlers are called locally as in the cloud. An event goes from hand to
// hand as a value, and is the same as if it were made into JSON and read again.
//
// Its rules follow
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
package localgw

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Function is the function behind a route. It must not change the event's maps.
type Function interface {
	Answer(ctx context.Context, event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse
}

// Limits of API Gateway and of the functions in template.yaml.
const (
	maxPayload      = 10 << 20
	functionTimeout = 10 * time.Second
)

// Gateway is an http.Handler with routes to functions. Serve it with NewServer and Bound.
type Gateway struct {
	routes []*route
	flight flight
	// oversized is a body that the functions refuse for its size.
	oversized []byte
	// refused is told of each answer that is the gateway's own.
	refused func(status int)
}

// Refusals are the statuses of the gateway's own answers, which no function gives: no such route, a request that is too large or
// cannot be read, one that the authorizer denied or failed at, and one too many.
func Refusals() []int {
	return []int{
		http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge,
		http.StatusInternalServerError, http.StatusServiceUnavailable,
	}
}

// OnRefusal makes the gateway tell observe of each answer of its own, by a status of Refusals. observe must not wait. Call it before
// the first request.
func (g *Gateway) OnRefusal(observe func(status int)) { g.refused = observe }

// New makes a Gateway without routes. maxBody is the size of the largest body that the functions accept, in bytes. Of a
// larger one the gateway reads no more, and gives the function one that it refuses.
func New(maxBody int) *Gateway {
	return &Gateway{flight: newFlight(), oversized: bytes.Repeat([]byte(" "), maxBody+1), refused: func(int) {}}
}

// Route sends a method and path to a function. The path may contain parameters, as in /x/{id}. Add all routes before
// the first request.
func (g *Gateway) Route(method, path string, f Function) {
	g.routes = append(g.routes, newRoute(method, path, f))
}

// RouteBehind is Route with a Lambda authorizer before the function.
func (g *Gateway) RouteBehind(authorizer Authorizer, method, path string, f Function) {
	g.Route(method, path, f)
	g.routes[len(g.routes)-1].authorizer = authorizer
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rt, parameters := g.routeOf(r)
	switch {
	case rt == nil:
		g.refuse(w, 0, http.StatusNotFound, "Not Found")
	case r.ContentLength > maxPayload:
		w.Header().Set("Connection", "close")
		g.refuse(w, 0, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	default:
		g.serve(w, r, rt, parameters)
	}
}

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request, rt *route, parameters map[string]string) {
	body, whole, err := g.read(r)
	if err != nil {
		g.refuse(w, 0, http.StatusBadRequest, "Bad Request")
		return
	}
	if !whole {
		w.Header().Set("Connection", "close") // or net/http would read on
	}
	answer, err := g.call(r, rt, body, parameters)
	switch {
	case errors.Is(err, errBusy):
		g.refuse(w, busyWait, http.StatusServiceUnavailable, "Service Unavailable")
	case errors.Is(err, errForbidden):
		g.refuse(w, 0, http.StatusForbidden, "Forbidden")
	case err != nil:
		slog.ErrorContext(r.Context(), "authorizer failed", "route", rt.key, "error", err)
		g.refuse(w, 0, http.StatusInternalServerError, "Internal Server Error")
	default:
		g.reply(w, answer)
	}
}

// call waits for a place, and then asks the function.
func (g *Gateway) call(r *http.Request, rt *route, body []byte, parameters map[string]string) (events.APIGatewayV2HTTPResponse, error) {
	// Whoever waits for the server does not keep it waiting. Only a large request, which takes memory while it waits, may
	// lose its connection to somebody else.
	connection := connectionOf(r)
	if len(body) <= smallBody && !connection.serve() {
		return events.APIGatewayV2HTTPResponse{}, errBusy
	}
	defer connection.await()
	leave, ok := g.flight.enter(len(body))
	if !ok || !connection.serve() {
		if ok {
			leave()
		}
		return events.APIGatewayV2HTTPResponse{}, errBusy
	}
	defer leave()
	e := event(r, rt.key, parameters, body, time.Now())
	// A client that disconnects does not stop a function.
	return rt.answer(context.WithoutCancel(r.Context()), e)
}

// read reads a body. If it is larger than the functions accept, read stops, and returns another one that they refuse
// for its size, and not whole.
func (g *Gateway) read(r *http.Request) (body []byte, whole bool, err error) {
	most := int64(len(g.oversized))
	switch {
	case r.ContentLength >= most:
		return g.oversized, false, nil
	case r.ContentLength >= 0:
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
		return body, true, err
	}
	body, err = io.ReadAll(io.LimitReader(r.Body, most))
	return body, int64(len(body)) < most, err
}

var (
	// errForbidden means that the authorizer refused the request.
	errForbidden = errors.New("forbidden")
	// errBusy means that the request was not served, since too many others were.
	errBusy = errors.New("busy")
)

// answer is the function's answer to an event, if the authorizer lets it pass.
func (rt *route) answer(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if rt.authorizer != nil {
		allowed, err := authorize(ctx, rt.authorizer, &e)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, err
		}
		if !allowed {
			return events.APIGatewayV2HTTPResponse{}, errForbidden
		}
	}
	ctx, cancel := context.WithTimeout(ctx, functionTimeout)
	defer cancel()
	return rt.function.Answer(ctx, e), nil
}

// reply writes a function's answer.
func (g *Gateway) reply(w http.ResponseWriter, a events.APIGatewayV2HTTPResponse) {
	if a.StatusCode < 100 || a.StatusCode > 999 {
		g.refuse(w, 0, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	body := []byte(a.Body)
	if a.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(a.Body)
		if err != nil {
			g.refuse(w, 0, http.StatusInternalServerError, "Internal Server Error")
			return
		}
		body = decoded
	}
	for name, value := range a.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range a.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	limitReply(w)
	w.WriteHeader(a.StatusCode)
	w.Write(body) //nolint:errcheck // the client has disconnected
}

// limitReply bounds the time that is left to write the answer.
func limitReply(w http.ResponseWriter) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(replyTime)) //nolint:errcheck // the recorder of a test has none
}

// refuse answers as API Gateway does when it answers by itself. If seconds is not 0, it says after how many to try again, where
// wxbind's own answers do: in the header and in the body. API Gateway says so nowhere.
func (g *Gateway) refuse(w http.ResponseWriter, seconds, status int, message string) {
	g.refused(status)
	if seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	w.Header().Set("Content-Type", "application/json")
	limitReply(w)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(struct { //nolint:errcheck // the client has disconnected
		Message    string `json:"message"`
		RetryAfter int    `json:"retryAfter,omitempty"`
	}{message, seconds})
}
