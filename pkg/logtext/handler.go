package logtext

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
)

// Handler is a slog.Handler that writes each record as a line: when, how severe, the message, why, and the other
// attributes as key=value.
type Handler struct {
	style Style
	level slog.Level
	*output
	// rest writes the attributes into output.attrs.
	rest slog.Handler
}

// output is what a Handler shares with those that WithAttrs and WithGroup have made of it.
type output struct {
	mu    sync.Mutex
	w     io.Writer
	line  []byte // reused
	attrs bytes.Buffer
}

// reasons are the attributes that say why, in words.
var reasons = []string{"error", "cause"}

// NewHandler returns a Handler for records of this level and above. Each line is one call of w.
func NewHandler(w io.Writer, level slog.Level, style Style) *Handler {
	h := &Handler{style: style, level: level, output: &output{w: w}}
	h.rest = slog.NewTextHandler(&h.attrs, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
				return slog.Attr{} // the line begins with it
			}
			return a
		},
	})
	return h
}

// Enabled implements slog.Handler.
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.rest = h.rest.WithAttrs(attrs)
	return &with
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	with := *h
	with.rest = h.rest.WithGroup(name)
	return &with
}

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := h.style.begin(h.line[:0], r.Time, r.Level)
	line = text(line, r.Message)
	others := slog.NewRecord(r.Time, r.Level, "", r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if slices.Contains(reasons, a.Key) {
			line = text(append(line, ": "...), a.Value.Resolve().String())
		} else {
			others.AddAttrs(a)
		}
		return true
	})
	h.attrs.Reset()
	if err := h.rest.Handle(ctx, others); err != nil {
		return err
	}
	if attrs := bytes.TrimRight(h.attrs.Bytes(), "\n"); len(attrs) > 0 {
		line = append(append(line, "  "...), attrs...)
	}
	line = append(line, '\n')
	h.line = line
	_, err := h.w.Write(h.line)
	return err
}
