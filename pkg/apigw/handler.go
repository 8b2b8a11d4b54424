package apigw

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

// Config holds what a Handler needs.
type Config struct {
	// Service may be nil if the authorizer guards every route.
	Service *login.Service
	// Log gets the line of each request; nil means none.
	Log *requestlog.Log
	// LogAddress puts the caller's address into the line of each request, where no access log of API Gateway has it.
	LogAddress bool
	// Origin finds the callers' addresses; nil means one that trusts no proxy. Handlers in one
	// process share it.
	Origin *origin.Finder
	// Code replaces a code of wx.login before anything is done with it; nil leaves each as it is. It is for `wxbind serve`
	// with the stand-in for WeChat.
	Code func(ctx context.Context, code string) string
}

// Handler serves the routes of one function. It implements lambda.Handler of
// aws-lambda-go.
type Handler struct {
	routes []Route
	// unknown stands in for the route of an event that names none of ours.
	unknown Route
	service *login.Service
	log     *requestlog.Log
	// address says whether a request's line has the caller's address.
	address bool
	origin  *origin.Finder
	code    func(ctx context.Context, code string) string
}

// New returns the handler of a function's routes. There must be at least one.
func New(c Config, routes ...Route) *Handler {
	if c.Origin == nil {
		c.Origin = &origin.Finder{}
	}
	unknown := Route{Function: routes[0].Function, handler: routes[0].handler}
	return &Handler{routes: routes, unknown: unknown, service: c.Service, log: c.Log, origin: c.Origin, address: c.LogAddress, code: c.Code}
}

// routeOf finds the route of an event by its routeKey. A function with only one
// route gets no events of another.
func (h *Handler) routeOf(routeKey string) (*Route, error) {
	if len(h.routes) == 1 {
		return &h.routes[0], nil
	}
	for i := range h.routes {
		if h.routes[i].Key() == routeKey {
			return &h.routes[i], nil
		}
	}
	return nil, login.EventMalformed
}

// margin is subtracted from the request's deadline. It leaves time to answer after
// everything that was waited for has timed out.
const margin = 250 * time.Millisecond

// inTime returns a context that ends before Lambda ends the process.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-margin))
	}
	return context.WithCancel(ctx)
}

// Invoke is Answer for an event as JSON. Its error is always nil.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	x := h.begin()
	if json.Unmarshal(payload, &x.request.event) != nil {
		x.request.event.Version = "" // it is refused as malformed
	}
	return json.Marshal(x.answer(ctx))
}

// Answer answers one event. Whatever happens becomes an answer in the envelope.
func (h *Handler) Answer(ctx context.Context, event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	x := h.begin()
	x.request.event = event
	return x.answer(ctx)
}

// invocation is one event on its way to its answer.
type invocation struct {
	handler *Handler
	begin   time.Time
	trail   *login.Trail
	// request has the event, and as much of it as could be read.
	request *request
}

func (h *Handler) begin() *invocation {
	return &invocation{
		handler: h, begin: time.Now(), trail: &login.Trail{},
		request: &request{route: &h.unknown},
	}
}

func (x *invocation) answer(ctx context.Context) events.APIGatewayV2HTTPResponse {
	ctx, cancel := inTime(ctx)
	defer cancel()
	return x.run(login.WithTrail(ctx, x.trail))
}

func (x *invocation) run(ctx context.Context) (response events.APIGatewayV2HTTPResponse) {
	defer func() {
		if p := recover(); p != nil {
			response = x.respondError(login.Panicked(p))
		}
	}()
	if err := x.handler.read(ctx, x.request); err != nil {
		return x.respondError(err)
	}
	a, err := x.request.route.handler.serve(ctx, x.handler.service, x.request)
	if err != nil {
		return x.respondError(err)
	}
	return x.respond(a)
}
