// Package exposition counts what happens in `wxbind serve`, and shows it in Prometheus' text format:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
//
// No label value comes from a client or from WeChat: each is a name of the program's own, a status, or an errcode that
// WeChat documents. So the number of series is bounded, and none of them says who. docs/metrics.md lists them.
package exposition

import (
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// Config says what a Metrics shows besides what it counts.
type Config struct {
	// Version and Commit are the build's; "" for one that is unknown.
	Version, Commit string
	// Refusals are the statuses that Refused may be told of.
	Refusals []int
}

// Metrics is an http.Handler that shows metrics. It is safe for concurrent use.
type Metrics struct {
	build   Config
	started time.Time

	mu      sync.Mutex
	hashing func() (hashing, waiting int)
	notices func() outbox.Stats
	counts
}

// counts is what has happened since the start.
type counts struct {
	requests map[request]uint64
	took     map[string]histogram // by route
	waits    [len(waitNames)]histogram
	failures map[login.Culprit]uint64
	events   map[login.Event]uint64
	lapses   uint64
	wechat   map[call]uint64
	refusals map[int]uint64
}

// request is what requests are counted by.
type request struct {
	route, outcome string
	// class is the first digit of the status; 0 if there was no status.
	class int
}

// call is what failed calls to WeChat are counted by. errcode is 0 if WeChat sent none, and otherErrcode if it sent one
// that it does not document.
type call struct {
	fault   wechat.Fault
	errcode int
}

// otherErrcode is no errcode of WeChat's.
const otherErrcode = -2

// waitNames are the values of the label `on`, in the order of metrics.Waits.
var waitNames = [...]string{"wechat", "store", "hashing", "directory"}

// culprits are the values of the label `culprit`.
var culprits = map[login.Culprit]string{
	login.CulpritWeChat: "wechat", login.CulpritAppSecret: "app_secret", login.CulpritStore: "store", login.CulpritSecret: "secret",
	login.CulpritDirectory: "directory", login.CulpritLoad: "overload", login.CulpritOurs: "internal",
}

// New returns a Metrics in which nothing has happened. What can begin with 0 does: an increase from nothing to 1 is none
// to Prometheus.
func New(c Config) *Metrics {
	m := &Metrics{
		build: c, started: time.Now(), hashing: func() (int, int) { return 0, 0 },
		counts: counts{
			requests: map[request]uint64{}, took: map[string]histogram{}, failures: map[login.Culprit]uint64{},
			events: map[login.Event]uint64{}, wechat: map[call]uint64{}, refusals: map[int]uint64{},
		},
	}
	for culprit := range culprits {
		m.failures[culprit] = 0
	}
	for _, event := range login.Events() {
		m.events[event] = 0
	}
	for _, status := range c.Refusals {
		m.refusals[status] = 0
	}
	return m
}

// Hashing makes load say how many passwords are being hashed, and how many wait.
func (m *Metrics) Hashing(load func() (hashing, waiting int)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hashing = load
}

// Notices makes stats say how notices are delivered to the platform. Without it there are no metrics of them.
func (m *Metrics) Notices(stats func() outbox.Stats) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notices = stats
}

// Observe counts a finished request, as requestlog.Config.Observe.
func (m *Metrics) Observe(r requestlog.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	outcome := outcomeOf(&r)
	m.requests[request{r.Route, outcome, r.Status / 100}]++
	took := m.took[r.Route]
	took.observe(r.Took)
	m.took[r.Route] = took
	for i, w := range metrics.Waits(r.Trail) {
		if w.Took > 0 {
			m.waits[i].observe(w.Took)
		}
	}
	for _, event := range r.Trail.Events {
		if event.Known() {
			m.events[event]++
		}
	}
	for _, lapse := range r.Trail.Lapses {
		m.lapses++
		m.called(lapse)
	}
	if r.Failure == nil {
		return
	}
	if culprit := login.Code(outcome).Culprit(); culprit != login.CulpritNone {
		m.failures[culprit]++
	}
	m.called(r.Failure.Cause)
}

// called counts a failure of a call to WeChat, if it is one.
func (m *Metrics) called(err error) {
	if failed, ok := errors.AsType[*wechat.Error](err); ok {
		errcode := failed.Errcode
		if errcode != 0 && !wechat.KnownErrcode(errcode) {
			errcode = otherErrcode
		}
		m.wechat[call{failed.Fault, errcode}]++
	}
}

// Refused counts an answer that no route gave.
func (m *Metrics) Refused(status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.refusals[status]; ok {
		m.refusals[status]++
	}
}

// outcomeOf names how a request ended. Nothing from outside becomes a label.
func outcomeOf(r *requestlog.Request) string {
	if r.Failure != nil && !r.Failure.Code.Known() {
		return string(login.Internal)
	}
	return r.Ended()
}

// className is the value of the label `status`.
func className(class int) string {
	if class == 0 {
		return "none"
	}
	return strconv.Itoa(class) + "xx"
}

// errcodeName is the value of the label `errcode`.
func errcodeName(errcode int) string {
	switch errcode {
	case 0:
		return "none"
	case otherErrcode:
		return "other"
	default:
		return strconv.Itoa(errcode)
	}
}

// copy returns what has happened, of one moment.
func (m *Metrics) copy() counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.counts
	c.requests, c.took, c.failures, c.events = maps.Clone(c.requests), maps.Clone(c.took), maps.Clone(c.failures), maps.Clone(c.events)
	c.wechat, c.refusals = maps.Clone(c.wechat), maps.Clone(c.refusals)
	return c
}

// load is what Hashing's load says.
func (m *Metrics) load() (hashing, waiting int) {
	m.mu.Lock()
	load := m.hashing
	m.mu.Unlock()
	return load()
}
