package apigw

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

// statuses maps what sort of failure it is to HTTP. A decision is 200, whatever
// it is: that is what clients in the field read.
var statuses = map[login.Kind]int{
	login.KindDecision:     http.StatusOK,
	login.KindMalformed:    http.StatusBadRequest,
	login.KindUnauthorized: http.StatusUnauthorized,
	login.KindTooLarge:     http.StatusRequestEntityTooLarge,
	login.KindThrottled:    http.StatusTooManyRequests,
	login.KindUnavailable:  http.StatusServiceUnavailable,
	login.KindInternal:     http.StatusInternalServerError,
}

// statusOf is a failure's status on a route. Where a session is what lets a
// caller in, its end is no decision about the request but says that there is no caller.
func (r Route) statusOf(code login.Code) int {
	if code.EndsSession() && (r.Guard == GuardSession || r.Guard == GuardAuthorizer) {
		return http.StatusUnauthorized
	}
	return statuses[code.Kind()]
}

// challenges say what a caller must show (RFC 9110, section 11.6.1; RFC 6750,
// section 3; RFC 7617, section 2).
var challenges = map[Guard]string{
	GuardSession:    "Bearer",
	GuardAuthorizer: "Bearer",
	GuardService:    `Basic realm="wxbind", charset="UTF-8"`,
}

var levels = map[login.Severity]slog.Level{
	login.SeverityNone:  slog.LevelInfo,
	login.SeverityCount: slog.LevelWarn,
	login.SeverityAlarm: slog.LevelError,
}

func (x *exchange) respond(ctx context.Context, a answer) events.APIGatewayV2HTTPResponse {
	x.log(ctx, slog.LevelInfo, a.outcome, http.StatusOK)
	x.measure(metrics.Request{Decision: a.outcome})
	return respond(http.StatusOK, a.body)
}

// respondError is where every failure ends.
func (x *exchange) respondError(ctx context.Context, err error) events.APIGatewayV2HTTPResponse {
	failure := login.AsError(err)
	status := x.request.route.statusOf(failure.Code)
	attrs := []slog.Attr{}
	if failure.Cause != nil {
		attrs = append(attrs, slog.String("cause", failure.Cause.Error()))
	}
	// An adapter's error may know more than its text: WeChat's errcode and rid.
	if details, ok := errors.AsType[detailed](err); ok {
		attrs = append(attrs, slog.Any("wechat", details.LogValue()))
	}
	x.log(ctx, levels[failure.Code.Severity()], string(failure.Code), status, attrs...)
	x.measure(metrics.Request{Failure: failure.Code})

	response := respond(status, failedBody{
		Code: codeFailed, Msg: failure.Code.Message(x.request.lang),
		Error: failure.Code, Action: failure.Code.Action(), RequestID: x.request.id,
	})
	switch status {
	case http.StatusUnauthorized:
		response.Headers["www-authenticate"] = challenges[x.request.route.Guard]
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		// Whole seconds (RFC 9110, 10.2.3), rounded up and never 0.
		wait := max(1, int((failure.RetryAfter+time.Second-1)/time.Second))
		response.Headers["retry-after"] = strconv.Itoa(wait)
	}
	return response
}

// detailed is an error that shows itself to a log.
type detailed interface {
	error
	slog.LogValuer
}

func respond(status int, body any) events.APIGatewayV2HTTPResponse {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // the bodies are structs of strings and numbers
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers: map[string]string{
			"content-type":           "application/json; charset=utf-8",
			"cache-control":          "no-store",
			"x-content-type-options": "nosniff",
		},
		Body: string(text),
	}
}

// log writes the one line of a request. It names the openid by a keyed hash, and
// no code, token, password or key at all.
func (x *exchange) log(ctx context.Context, level slog.Level, outcome string, status int, attrs ...slog.Attr) {
	line := []slog.Attr{
		slog.String("route", x.request.route.Function),
		slog.String("outcome", outcome),
		slog.Int("status", status),
		slog.String("requestId", x.request.id),
	}
	logRequest(ctx, x.handler.logger, level, x.trail, x.begin, append(line, attrs...))
}

// measure writes the metrics of a request, unless the authorizer has counted it.
// All routes of a function have the same guard.
func (x *exchange) measure(r metrics.Request) {
	first := x.handler.routes[0]
	if first.Guard == GuardAuthorizer {
		return
	}
	r.Route, r.Visit, r.Took, r.Trail = first.Function, first.Guard != GuardCode, time.Since(x.begin), x.trail
	x.handler.metrics.Write(r)
}

// logRequest adds what a request's trail knows to its line, and writes it.
func logRequest(ctx context.Context, logger *slog.Logger, level slog.Level, t *login.Trail, begin time.Time, line []slog.Attr) {
	line = append(line, milliseconds("totalMs", time.Since(begin)))
	for _, a := range []slog.Attr{slog.String("appId", t.AppID), slog.String("openIdHash", t.OpenIDHash), slog.String("userId", t.UserID)} {
		if a.Value.String() != "" {
			line = append(line, a)
		}
	}
	for _, a := range []slog.Attr{
		milliseconds("wechatMs", t.WeChat), milliseconds("storeMs", t.Store),
		milliseconds("hashMs", t.Hashing), milliseconds("directoryMs", t.Directory),
	} {
		if a.Value.Float64() != 0 {
			line = append(line, a)
		}
	}
	if t.Repeated {
		line = append(line, slog.Bool("repeated", true))
	}
	if err := errors.Join(t.Lapses...); err != nil {
		line = append(line, slog.String("lapses", err.Error()))
		level = max(level, slog.LevelWarn)
	}
	logger.LogAttrs(ctx, level, "request", line...)
}

// milliseconds is a duration with a resolution of microseconds.
func milliseconds(name string, d time.Duration) slog.Attr {
	return slog.Float64(name, float64(d.Microseconds())/1000)
}
