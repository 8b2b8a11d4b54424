package apigw

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/audit"
	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

var levels = map[login.Severity]slog.Level{
	login.SeverityNone:  slog.LevelInfo,
	login.SeverityCount: slog.LevelWarn,
	login.SeverityAlarm: slog.LevelError,
}

func (x *invocation) respond(ctx context.Context, a answer) events.APIGatewayV2HTTPResponse {
	x.log(ctx, slog.LevelInfo, a.outcome.String(), http.StatusOK)
	x.measure(metrics.Request{Outcome: a.outcome})
	return respond(http.StatusOK, a.body)
}

// respondError is where every failure ends.
func (x *invocation) respondError(ctx context.Context, err error) events.APIGatewayV2HTTPResponse {
	failure := login.AsError(err)
	status := x.request.route.Status(failure.Code)
	attrs := []slog.Attr{}
	if failure.Cause != nil {
		attrs = append(attrs, slog.String("cause", failure.Cause.Error()))
	}
	// An adapter's error may know more than its text says: WeChat's errcode and rid.
	if details, ok := errors.AsType[detailed](err); ok {
		attrs = append(attrs, slog.Any("wechat", details.LogValue()))
	}
	x.log(ctx, levels[failure.Code.Severity()], string(failure.Code), status, attrs...)
	x.measure(metrics.Request{Failure: failure.Code})

	response := respond(status, envelope.FailureOf(failure.Code, x.request.lang, x.request.id))
	if status == http.StatusUnauthorized {
		response.Headers["www-authenticate"] = guards[x.request.route.Guard()].challenge
	}
	if wait := envelope.RetryAfter(status, failure); wait != "" {
		response.Headers["retry-after"] = wait
	}
	return response
}

// detailed is an error that describes itself to the log.
type detailed interface {
	error
	slog.LogValuer
}

func respond(status int, body any) events.APIGatewayV2HTTPResponse {
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

// log writes the one line of a request. The openid appears as a keyed hash only.
// Codes, tokens, passwords and keys never appear.
func (x *invocation) log(ctx context.Context, level slog.Level, outcome string, status int, attrs ...slog.Attr) {
	line := []slog.Attr{
		slog.String("route", x.request.route.Function),
		slog.String("outcome", outcome),
		slog.Int("status", status),
		slog.String("requestId", x.request.id),
	}
	if x.handler.address {
		line = append(line, slog.String(audit.Address, x.request.caller.Address))
	}
	logRequest(ctx, x.handler.logger, level, x.trail, x.begin, append(line, attrs...))
}

// measure writes the metrics of a request, unless the authorizer has already counted it.
func (x *invocation) measure(r metrics.Request) {
	route := x.request.route
	counted := guards[route.Guard()].counted
	if counted == countedElsewhere {
		return
	}
	r.Route, r.Visit, r.Took, r.Trail = route.Function, counted == countedAsVisit, time.Since(x.begin), x.trail
	x.handler.metrics.Write(r)
}

// logRequest adds what the trail knows to a request's line, and writes the line.
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

// milliseconds is a duration in milliseconds, to the microsecond.
func milliseconds(name string, d time.Duration) slog.Attr {
	return slog.Float64(name, float64(d.Microseconds())/1000)
}
