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
)

// statuses maps what sort of failure it is to HTTP. A decision is 200, whatever
// it is: that is what clients in the field read.
var statuses = map[login.Kind]int{
	login.KindDecision:    http.StatusOK,
	login.KindMalformed:   http.StatusBadRequest,
	login.KindTooLarge:    http.StatusRequestEntityTooLarge,
	login.KindThrottled:   http.StatusTooManyRequests,
	login.KindUnavailable: http.StatusServiceUnavailable,
	login.KindInternal:    http.StatusInternalServerError,
}

var levels = map[login.Severity]slog.Level{
	login.SeverityNone:  slog.LevelInfo,
	login.SeverityCount: slog.LevelWarn,
	login.SeverityAlarm: slog.LevelError,
}

func (x *exchange) respond(ctx context.Context, a answer) events.APIGatewayV2HTTPResponse {
	x.log(ctx, slog.LevelInfo, a.outcome, http.StatusOK)
	return respond(http.StatusOK, a.body)
}

// respondError is where every failure ends.
func (x *exchange) respondError(ctx context.Context, err error) events.APIGatewayV2HTTPResponse {
	failure := login.AsError(err)
	status := statuses[failure.Code.Kind()]
	attrs := []slog.Attr{}
	if failure.Cause != nil {
		attrs = append(attrs, slog.String("cause", failure.Cause.Error()))
	}
	// An adapter's error may know more than its text: WeChat's errcode and rid.
	if details, ok := errors.AsType[detailed](err); ok {
		attrs = append(attrs, slog.Any("wechat", details.LogValue()))
	}
	x.log(ctx, levels[failure.Code.Severity()], string(failure.Code), status, attrs...)

	body := failedBody{Code: codeFailed, Error: failure.Code, Action: failure.Code.Action()}
	lang := ""
	if x.request != nil {
		body.RequestID, lang = x.request.id, x.request.lang
	}
	body.Msg = failure.Code.Message(lang)
	response := respond(status, body)
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
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
		slog.String("route", x.handler.route.Function),
		slog.String("outcome", outcome),
		slog.Int("status", status),
		milliseconds("totalMs", time.Since(x.begin)),
	}
	if x.request != nil {
		line = append(line, slog.String("requestId", x.request.id))
	}
	t := x.trail
	for _, a := range []slog.Attr{slog.String("appId", t.AppID), slog.String("openIdHash", t.OpenIDHash), slog.String("userId", t.UserID)} {
		if a.Value.String() != "" {
			line = append(line, a)
		}
	}
	for _, a := range []slog.Attr{milliseconds("wechatMs", t.WeChat), milliseconds("storeMs", t.Store), milliseconds("hashMs", t.Hashing)} {
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
	x.handler.logger.LogAttrs(ctx, level, "request", append(line, attrs...)...)
}

// milliseconds is a duration with a resolution of microseconds.
func milliseconds(name string, d time.Duration) slog.Attr {
	return slog.Float64(name, float64(d.Microseconds())/1000)
}
