package logtext

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

const (
	// slow is from when on a wait is worth a word: a good call to WeChat takes less.
	slow = 300 * time.Millisecond
	// shortHash is how much of the hash of an openid tells people apart on a screen.
	shortHash = 8

	routeWidth, endWidth, tookWidth = 12, 24, 8
)

// Request appends the line of a request: when, which route, how it ended, how long it took, and who. What is out of the
// ordinary follows, and in a warning the cause. It is a Form of requestlog.
func (s Style) Request(line []byte, now time.Time, r requestlog.Request) []byte {
	level := r.Severity()
	line = s.begin(line, now, level)
	line = append(column(line, r.Route, routeWidth), ' ')
	line = s.paint(line, colorOf(level))
	at := len(line)
	line = text(line, r.Ended())
	if r.Status != 0 && r.Status != http.StatusOK {
		line = strconv.AppendInt(append(line, ' '), int64(r.Status), 10)
	}
	line = column(line, "", endWidth-(len(line)-at))
	line = append(s.unpaint(line, colorOf(level)), ' ')
	at = len(line)
	line = duration(line, r.Took)
	line = append(column(line, "", tookWidth-(len(line)-at)), ' ')
	line = who(line, r.Trail)
	line = s.notes(line, &r, level)
	line = causes(line, &r, level)
	return append(line, '\n')
}

// who names the user, or else the person by what stands for the openid.
func who(line []byte, t *login.Trail) []byte {
	switch {
	case t.UserID != "":
		return text(line, t.UserID)
	case t.OpenIDHash != "":
		return text(append(line, "openid "...), t.OpenIDHash[:min(len(t.OpenIDHash), shortHash)])
	default:
		return append(line, '-')
	}
}

// notes adds what is out of the ordinary.
func (s Style) notes(line []byte, r *requestlog.Request, level slog.Level) []byte {
	t, ended := r.Trail, r.Ended()
	for _, event := range t.Events {
		if string(event) != ended {
			line = note(line, string(event), "")
		}
	}
	if t.Prefetched {
		line = note(line, "pre-fetch", "")
	}
	if t.Repeated {
		line = note(line, "repeat", "")
	}
	for i, w := range metrics.Waits(t) {
		if w.Took >= slow || s.Details && w.Took > 0 {
			line = duration(note(line, waitNames[i], ""), w.Took)
		}
	}
	if t.UnknownAppID != "" {
		line = note(line, "unknown appId ", t.UnknownAppID)
	}
	if (s.Details || level > slog.LevelInfo) && r.Address != "" {
		line = note(line, "from ", r.Address)
	}
	if !s.Details {
		return line
	}
	for _, d := range [...]struct{ word, detail string }{{"appId ", t.AppID}, {"on ", r.Device}, {"id ", r.ID}} {
		if d.detail != "" {
			line = note(line, d.word, d.detail)
		}
	}
	return line
}

// waitNames are those of metrics.Waits.
var waitNames = [...]string{"WeChat ", "store ", "hashing ", "directory "}

// note appends a word, and a text from elsewhere that belongs to it.
func note(line []byte, word, detail string) []byte {
	return text(append(append(line, ", "...), word...), detail)
}

// causes adds why a request failed, and what it survived. A warning without a cause has the words of its error.
func causes(line []byte, r *requestlog.Request, level slog.Level) []byte {
	switch {
	case r.Failure == nil:
	case r.Failure.Cause != nil:
		line = text(append(line, ": "...), r.Failure.Cause.Error())
	case level > slog.LevelInfo:
		line = append(append(line, ": "...), r.Failure.Code.Message("en")...)
	}
	if err := errors.Join(r.Trail.Lapses...); err != nil {
		line = text(append(line, "; survived: "...), err.Error())
	}
	return line
}
