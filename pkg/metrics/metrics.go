package metrics

import (
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Config holds what a Writer needs.
type Config struct {
	// Output gets the lines. In a Lambda function it is standard output, which Lambda
	// sends to CloudWatch Logs.
	Output io.Writer
	// Stack is the value of the dimension Stack. It must not be "".
	Stack string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Writer writes the metrics of requests. A nil Writer writes none.
type Writer struct {
	output io.Writer
	stack  []byte // in JSON
	now    func() time.Time

	mu   sync.Mutex
	line line // reused, to save memory
}

// New returns a Writer.
func New(c Config) *Writer {
	if c.Now == nil {
		c.Now = time.Now
	}
	stack, err := json.Marshal(c.Stack)
	if err != nil {
		panic(err) // every string has a JSON form
	}
	return &Writer{output: c.Output, stack: stack, now: c.Now}
}

// Request says what there is to measure of a finished request. It holds no secret.
type Request struct {
	// Route is the function that served it. It has letters and digits only.
	Route string
	// Visit says that the request is a visit, not a login.
	Visit bool
	// Outcome is how a login ended that did not fail.
	Outcome login.Outcome
	// Failure is "" for a request that did not fail.
	Failure login.Code
	Took    time.Duration
	Trail   *login.Trail
}

// Write writes the line of a request. If it cannot be written, it is lost: no request
// fails because of its metrics.
func (w *Writer) Write(r Request) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line.begin(w.now(), w.stack, r.Route)
	_, _ = w.output.Write(w.line.end(r.tally(&w.line)))
}

// tally adds a request's counts and times. It returns the outcome of a failed login, else "".
func (r Request) tally(l *line) (outcome string) {
	failure := ""
	if r.Failure != "" {
		failure = outcomeOf(r.Failure)
	}
	switch {
	case r.Visit && failure == "":
		l.count(Visits, 1)
	case r.Visit:
		l.count(VisitFailures, 1)
	case failure == "":
		if answer := logins[r.Outcome]; answer != "" {
			l.count(answer, 1)
		}
		if slices.Contains(r.Trail.Events, login.EventBind) {
			l.count(Binds, 1)
		}
	default:
		l.count(LoginFailures, 1)
		outcome = failure
	}
	if culprit := culprits[login.Code(failure).Culprit()]; culprit != "" {
		l.count(culprit, 1)
	}
	l.count(Lapses, len(r.Trail.Lapses))
	if !untimed(r.Failure) {
		r.clock(l)
	}
	return outcome
}

// clock adds how long a request took.
func (r Request) clock(l *line) {
	if r.Visit {
		l.latency(VisitLatency, r.Took)
		return
	}
	l.latency(LoginLatency, r.Took)
	l.latency(WeChatLatency, r.Trail.WeChat)
	l.latency(StoreLatency, r.Trail.Store)
	l.latency(HashingLatency, r.Trail.Hashing)
	l.latency(DirectoryLatency, r.Trail.Directory)
}
