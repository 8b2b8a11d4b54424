package apigw

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
)

// Route is one route of the API and the function that serves it.
type Route struct {
	// Function is the name of the folder below functions/.
	Function string
	Method   string
	Path     string
	// serve decides a request. What it gives is the answer's body.
	serve func(ctx context.Context, s *login.Service, r *request) (answer, error)
	// body says that the fields come in the body; otherwise they come in the query.
	body bool
}

// answer is a successful decision.
type answer struct {
	// body is marshalled as the answer.
	body any
	// outcome names the decision in the log.
	outcome string
}

// Routes are all routes of the API.
var Routes = []Route{CheckBind, Bind, Code2Session}

// Config holds what a Handler needs.
type Config struct {
	Service *login.Service
	// Logger gets one line a request; nil means slog.Default().
	Logger *slog.Logger
}

// Handler serves one route. It implements lambda.Handler of aws-lambda-go.
type Handler struct {
	route   Route
	service *login.Service
	logger  *slog.Logger
}

// New makes the handler of a route.
func New(c Config, route Route) *Handler {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Handler{route: route, service: c.Service, logger: c.Logger}
}

// margin is kept back from the request's deadline, so that an answer can still
// be given when everything that was waited for has timed out.
const margin = 250 * time.Millisecond

// Invoke answers one event. It gives no error: whatever happens becomes an
// answer in the envelope.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
	}
	x := &exchange{handler: h, begin: time.Now(), trail: &login.Trail{}}
	return json.Marshal(x.run(login.WithTrail(ctx, x.trail), payload))
}

// exchange is one event on its way to its answer.
type exchange struct {
	handler *Handler
	begin   time.Time
	trail   *login.Trail
	request *request
}

func (x *exchange) run(ctx context.Context, payload []byte) (response events.APIGatewayV2HTTPResponse) {
	defer func() {
		if p := recover(); p != nil {
			response = x.respondError(ctx, login.Panicked(p))
		}
	}()
	var err error
	if x.request, err = decode(payload, x.handler.route); err != nil {
		return x.respondError(ctx, err)
	}
	a, err := x.handler.route.serve(ctx, x.handler.service, x.request)
	if err != nil {
		return x.respondError(ctx, err)
	}
	return x.respond(ctx, a)
}
