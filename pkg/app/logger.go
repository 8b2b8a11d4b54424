package app

import (
	"io"
	"log"
	"log/slog"
)

// SetLogger makes Logger's the process's logger, and silences package log.
//
// net/http's client writes there, word for word, what a server sends unasked
// ("Unsolicited response received on idle HTTP channel starting with …"): it
// could be the late answer to a code, with an openid and a session_key in it. So
// this comes after slog.SetDefault, which leads package log into the slog.Logger.
func SetLogger(w io.Writer) {
	slog.SetDefault(Logger(w))
	log.SetOutput(io.Discard)
}

// Logger writes a line of JSON a record, with the names of time and level that
// Lambda's log-level filter reads:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func Logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				a.Key = "timestamp"
			}
			return a
		},
	}))
}
