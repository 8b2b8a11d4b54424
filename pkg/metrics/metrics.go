package metrics

import (
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Counting says how a request is counted.
type Counting int

// These are the ways to count a request.
const (
	// CountedElsewhere: the authorizer has already counted it.
	CountedElsewhere Counting = iota
	CountedAsLogin
	CountedAsVisit
	// CountedAsPush: it comes from WeChat's servers, and not from a person.
	CountedAsPush
)

// Request says what there is to measure of a finished request. It holds no secret.
type Request struct {
	Counted Counting
	// Outcome is how a login ended that did not fail.
	Outcome login.Outcome
	// Failure is "" for a request that did not fail.
	Failure login.Code
	Took    time.Duration
	Trail   *login.Trail
}

// Wait is a time that a request waited, and its name.
type Wait struct {
	Name string
	// Took is whole microseconds; 0 means that there was nothing to wait for.
	Took time.Duration
}

// Waits are what a request waited for. The line of each request has them under these names, and Append makes metrics of
// a login's.
func Waits(t *login.Trail) [4]Wait {
	return [...]Wait{
		{WeChatLatency, t.WeChat.Truncate(time.Microsecond)},
		{StoreLatency, t.Store.Truncate(time.Microsecond)},
		{HashingLatency, t.Hashing.Truncate(time.Microsecond)},
		{DirectoryLatency, t.Directory.Truncate(time.Microsecond)},
	}
}

// metric is a metric of one request.
type metric struct {
	name string
	// value is a count, or a time in milliseconds.
	value float64
	// wait says that it is one of Waits.
	wait bool
}

// tally adds the metrics of a request to a list. It returns them, and what LoginFailures of a failed login
// is also counted by, else "".
func (r *Request) tally(list []metric) (_ []metric, byError string) {
	count := func(name string, n int) {
		if n != 0 {
			list = append(list, metric{name: name, value: float64(n)})
		}
	}
	failure := ""
	if r.Failure != "" {
		failure = errorOf(r.Failure)
	}
	switch visit := r.Counted == CountedAsVisit; {
	case r.Counted == CountedAsPush && failure == "":
		count(Pushes, 1)
		if r.Outcome == login.OutcomePushPunished {
			count(Punishments, 1)
		}
	case r.Counted == CountedAsPush:
		count(PushFailures, 1)
	case visit && failure == "":
		count(Visits, 1)
	case visit:
		count(VisitFailures, 1)
	case failure == "":
		if answer := logins[r.Outcome]; answer != "" {
			count(answer, 1)
		}
		if slices.Contains(r.Trail.Events, login.EventBind) {
			count(Binds, 1)
		}
	default:
		count(LoginFailures, 1)
		byError = failure
	}
	if culprit := culprits[login.Code(failure).Culprit()]; culprit != "" {
		count(culprit, 1)
	}
	count(Lapses, len(r.Trail.Lapses))
	if !untimed(r.Failure) && r.Counted != CountedAsPush {
		list = r.clock(list)
	}
	return list, byError
}

// clock adds how long a request took.
func (r *Request) clock(list []metric) []metric {
	whole := VisitLatency
	if r.Counted == CountedAsLogin {
		whole = LoginLatency
	}
	if took := r.Took.Truncate(time.Microsecond); took != 0 {
		list = append(list, metric{name: whole, value: milliseconds(took)})
	}
	if r.Counted == CountedAsLogin {
		for _, w := range Waits(r.Trail) {
			if w.Took != 0 {
				list = append(list, metric{name: w.Name, wait: true})
			}
		}
	}
	return list
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
