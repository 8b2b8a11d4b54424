package app

import (
	"io"
	"log"
	"log/slog"
)

// SetLogger makes a logger the process's default logger, and silences package log.
//
// net/http's client logs there, word for word, what a server sends unasked
// ("Unsolicited response received on idle HTTP channel starting with …"). That
// could be the late answer to a code, with an openid and a session_key in it.
// slog.SetDefault redirects package log to the slog.Logger, so the order matters:
// log is silenced after it.
func SetLogger(logger *slog.Logger) {
	slog.SetDefault(logger)
	log.SetOutput(io.Discard)
}

// Logger returns a logger that writes each record of this level and above as a line of JSON. Time and level
// have the names that Lambda's log-level filter reads:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func Logger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				a.Key = "timestamp"
			}
			return a
		},
	}))
}
