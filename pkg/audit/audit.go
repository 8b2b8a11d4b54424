// Package audit writes the security events of a request, one structured line
// each, for whoever watches over accounts. docs/audit.md lists them.
package audit

import (
	"context"
	"log/slog"

	"github.com/wxbind/wxbind/pkg/login"
)

// Message is the `msg` of every line, by which they are found.
const Message = "audit"

// The stable names of what a line says. What is not known is left out.
const (
	Event      = "event"
	UserID     = "userId"
	AppID      = "appId"
	OpenIDHash = "openIdHash"
	Address    = "address"
	Device     = "device"
	Route      = "route"
	RequestID  = "requestId"
)

// Write writes a line for each event of a trail whose request is done. The
// attributes say what the trail does not know: where the request came from.
// They hold no secret and no clear openid.
func Write(ctx context.Context, logger *slog.Logger, trail *login.Trail, attrs ...slog.Attr) {
	if len(trail.Events) == 0 {
		return
	}
	known := append([]slog.Attr{
		slog.String(UserID, trail.UserID),
		slog.String(AppID, trail.AppID),
		slog.String(OpenIDHash, trail.OpenIDHash),
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

// levelOf is a warning for what somebody may want to look at, so that it is kept
// where a log-level filter drops the everyday.
func levelOf(event login.Event) slog.Level {
	if event.Notable() {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
