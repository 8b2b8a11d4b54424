// Package audit says how security events stand in the log, for whoever watches over accounts. docs/audit.md lists the
// events. Those of a request stand in the request's own line (pkg/requestlog). Those of a command are lines of their own.
package audit

import (
	"context"
	"log/slog"

	"github.com/wxbind/wxbind/pkg/login"
)

// message is the `msg` of a command's lines.
const message = "audit"

// These are the names of the fields. They are stable. A field whose value is not known is left out.
const (
	// Event is the event, the first if there are several; then Events lists all of them.
	Event      = "event"
	Events     = "events"
	UserID     = "userId"
	AppID      = "appId"
	OpenIDHash = "openIdHash"
	Phone      = "phone"
	Address    = "address"
	Device     = "device"
	Route      = "route"
	RequestID  = "requestId"
	Service    = "service"
)

// Write writes a line for each event of the trail of a finished command. The attributes say what the trail does not
// know: who ran it. They must hold no secret and no clear openid.
func Write(ctx context.Context, logger *slog.Logger, trail *login.Trail, attrs ...slog.Attr) {
	for _, event := range trail.Events {
		line := []slog.Attr{slog.String(Event, string(event))}
		if trail.UserID != "" {
			line = append(line, slog.String(UserID, trail.UserID))
		}
		if trail.Phone != "" {
			line = append(line, slog.String(Phone, trail.Phone))
		}
		logger.LogAttrs(ctx, Level(event), message, append(line, attrs...)...)
	}
}

// Level is a warning for events that somebody may want to look at: the level of a command's line, and the least
// severity of a request's.
func Level(event login.Event) slog.Level {
	if event.Notable() {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
