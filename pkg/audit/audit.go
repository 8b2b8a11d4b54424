// Package audit writes each security event of a request as one structured line, for
// whoever watches over accounts. docs/audit.md lists the events.
package audit

import (
	"context"
	"log/slog"

	"github.com/wxbind/wxbind/pkg/login"
)

// Message is the `msg` of every line. Queries find the lines by it.
const Message = "audit"

// These are the names of a line's fields. They are stable. A field whose value is not known is left out.
const (
	Event      = "event"
	UserID     = "userId"
	AppID      = "appId"
	OpenIDHash = "openIdHash"
	Address    = "address"
	Device     = "device"
	Route      = "route"
	RequestID  = "requestId"
	Service    = "service"
)

// Write writes a line for each event of the trail of a finished request. The
// attributes say what the trail does not know: where the request came from.
// They must hold no secret and no clear openid.
func Write(ctx context.Context, logger *slog.Logger, trail *login.Trail, attrs ...slog.Attr) {
	if len(trail.Events) == 0 {
		return
	}
	known := append([]slog.Attr{
		slog.String(UserID, trail.UserID),
		slog.String(AppID, trail.AppID),
		slog.String(OpenIDHash, trail.OpenIDHash),
		slog.String(Service, trail.Service),
	}, attrs...)
	for _, event := range trail.Events {
		line := []slog.Attr{slog.String(Event, string(event))}
		for _, a := range known {
			if !a.Equal(slog.String(a.Key, "")) {
				line = append(line, a)
			}
		}
		logger.LogAttrs(ctx, levelOf(event), Message, line...)
	}
}

// levelOf is a warning for events that somebody may want to look at. So these are kept
// where a log-level filter drops everyday ones.
func levelOf(event login.Event) slog.Level {
	if event.Notable() {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
