// Package requestlog writes the one line that each request leaves in the log: how it ended and what it waited for, the
// security events that it was, and its metrics, which CloudWatch takes from there. docs/metrics.md describes the line,
// docs/audit.md the events.
package requestlog

import (
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Config holds what a Log needs.
type Config struct {
	// Output gets the lines, each in one call. In a Lambda function it is standard output, which Lambda sends to
	// CloudWatch Logs. If others write to it too, it must bear that, as an *os.File does.
	Output io.Writer
	// Stack is the stack that the metrics are reported for; "" means no metrics.
	Stack string
	// Form appends the line of a request that ended at now; nil means JSON, as docs/metrics.md describes it. It is called for
	// one request at a time.
	Form func(line []byte, now time.Time, r Request) []byte
	// Level is the least severity of a line that is written. The zero Level is INFO, which every line has.
	Level slog.Level
	// Observe is told of each request, also of one whose line Level drops, once the line is written and before the request is answered; nil means nobody. It must
	// not wait.
	Observe func(Request)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Log writes the lines of requests. Handlers in one process share it. A nil Log writes nothing.
type Log struct {
	output  io.Writer
	stack   []byte // in JSON, or nil
	form    func(line []byte, now time.Time, r Request) []byte
	level   slog.Level
	observe func(Request)
	now     func() time.Time

	mu   sync.Mutex
	line line // reused, to save memory
}

// New returns a Log.
func New(c Config) *Log {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Observe == nil {
		c.Observe = func(Request) {}
	}
	l := &Log{output: c.Output, form: c.Form, level: c.Level, observe: c.Observe, now: c.Now}
	if c.Stack != "" {
		stack, err := json.Marshal(c.Stack)
		if err != nil {
			panic(err) // every string has a JSON form
		}
		l.stack = stack
	}
	return l
}

// Write writes the line of a request. If it cannot be written, it is lost: no request fails because of its line.
func (l *Log) Write(r Request) {
	if l == nil {
		return
	}
	l.print(&r)
	l.observe(r)
}

func (l *Log) print(r *Request) {
	if r.Severity() < l.level {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = l.line[:0]
	if l.form != nil {
		l.line = l.form(l.line, l.now(), *r)
	} else {
		r.write(&l.line, l.now(), l.stack)
	}
	_, _ = l.output.Write(l.line)
}
