package requestlog

import (
	"errors"
	"log/slog"
	"time"

	"github.com/wxbind/wxbind/pkg/audit"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

// Request says what there is to log of a finished request. It holds no secret and no clear openid. What is not known
// is zero, and left out of the line.
type Request struct {
	// Route is the function that served it.
	Route string
	// ID is API Gateway's request id.
	ID      string
	Counted metrics.Counting
	// Outcome is how the request ended if it did not fail.
	Outcome login.Outcome
	// Failure is nil if the request did not fail.
	Failure *login.Error
	// Status is that of the answer.
	Status int
	// AtLeast is the least severity of the line.
	AtLeast slog.Level
	// Address is the caller's, and Device names the caller's device.
	Address, Device string
	Took            time.Duration
	Trail           *login.Trail
}

// message is the `msg` of every line.
const message = "request"

// always is the level that passes every filter of Lambda. Such a filter drops each line that is less severe, and
// metrics must not depend on it. A line without a level, or without a timestamp in RFC 3339, counts as INFO:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
const always = "FATAL"

// write writes the line. Its metrics are reported for the stack, a string in JSON, unless that is nil.
func (r *Request) write(l *line, now time.Time, stack []byte) {
	severity := r.Severity().String()
	measured := stack != nil && r.Counted != metrics.CountedElsewhere
	level := severity
	if measured {
		level = always
	}
	l.begin(now, level)
	l.name("severity", severity)
	l.name("msg", message)
	r.writeEnd(l)
	r.writeEvents(l)
	r.writeTimes(l)
	if r.Trail.Prefetched {
		*l = append(*l, `,"prefetched":true`...)
	}
	if r.Trail.Repeated {
		*l = append(*l, `,"repeated":true`...)
	}
	r.writeErrors(l)
	if measured {
		*l = metrics.Append(*l, now, stack, metrics.Request{
			Counted: r.Counted, Outcome: r.Outcome, Failure: r.code(), Took: r.Took, Trail: r.Trail,
		})
	}
	l.end()
}

// Severity says whether a request is the operator's business: the worst of what it was decides.
func (r *Request) Severity() slog.Level {
	s := max(r.AtLeast, levels[r.code().Severity()])
	for _, event := range r.Trail.Events {
		s = max(s, audit.Level(event))
	}
	if r.Trail.Punishment != "" {
		s = max(s, slog.LevelError)
	}
	if len(r.Trail.Lapses) > 0 || r.Trail.UnknownAppID != "" {
		s = max(s, slog.LevelWarn)
	}
	return s
}

// levels says how severe the line of a failure is.
var levels = [...]slog.Level{
	login.SeverityNone:  slog.LevelInfo,
	login.SeverityCount: slog.LevelWarn,
	login.SeverityAlarm: slog.LevelError,
}

// code is "" for a request that did not fail.
func (r *Request) code() login.Code {
	if r.Failure == nil {
		return ""
	}
	return r.Failure.Code
}

// Ended names how the request ended: its error or its outcome; "" if neither is known.
func (r *Request) Ended() string {
	switch {
	case r.Failure != nil:
		return string(r.Failure.Code)
	case r.Outcome != nil:
		return r.Outcome.String()
	}
	return ""
}

// writeEnd says what was asked, by whom, and how it ended.
func (r *Request) writeEnd(l *line) {
	l.name("route", r.Route)
	l.text("outcome", r.Ended())
	if r.Status != 0 {
		l.integer("status", int64(r.Status))
	}
	l.text(audit.RequestID, r.ID)
	l.text(audit.UserID, r.Trail.UserID)
	l.text(audit.AppID, r.Trail.AppID)
	l.text("unknownAppId", r.Trail.UnknownAppID)
	l.text(audit.OpenIDHash, r.Trail.OpenIDHash)
	if r.Trail.Phone != "" {
		l.name(audit.Phone, r.Trail.Phone)
	}
	l.text("push", r.Trail.Pushed)
	l.text("punishment", r.Trail.Punishment)
	l.text(audit.Address, r.Address)
}

// writeEvents says which security events the request was. A device is of interest for an event only.
func (r *Request) writeEvents(l *line) {
	events := r.Trail.Events
	if len(events) == 0 {
		return
	}
	l.name(audit.Event, string(events[0]))
	if len(events) > 1 {
		l.key(audit.Events)
		for i, event := range events {
			*l = append(*l, "[,"[min(i, 1)], '"')
			*l = append(append(*l, event...), '"')
		}
		*l = append(*l, ']')
	}
	l.text(audit.Device, r.Device)
	l.text(audit.Service, r.Trail.Service)
}

// writeTimes says how long the request took, and what it waited for. Those of a login are metrics, too.
func (r *Request) writeTimes(l *line) {
	l.milliseconds("totalMs", r.Took)
	for _, w := range metrics.Waits(r.Trail) {
		if w.Took != 0 {
			l.milliseconds(w.Name, w.Took)
		}
	}
}

// writeErrors says why the request failed, and what it survived.
func (r *Request) writeErrors(l *line) {
	if r.Failure != nil && r.Failure.Cause != nil {
		l.text("cause", r.Failure.Cause.Error())
		// An adapter's error may know more than its text says: WeChat's errcode and rid.
		if details, ok := errors.AsType[detailed](r.Failure.Cause); ok {
			l.value("wechat", details.LogValue())
		}
	}
	if err := errors.Join(r.Trail.Lapses...); err != nil {
		l.text("lapse", err.Error())
	}
}

// detailed is an error that describes itself to the log.
type detailed interface {
	error
	slog.LogValuer
}
