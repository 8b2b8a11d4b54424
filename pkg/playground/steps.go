package playground

import "sync"

const (
	// kept is how many steps are kept, and shown how many of them a new stream gets.
	kept  = 500
	shown = 100
)

// Kinds of steps.
const (
	kindRequest = "request"
	kindWeChat  = "wechat"
	kindStore   = "store"
	kindAnswer  = "answer"
	kindAct     = "act"
)

// Step is one thing that happened. It holds no secret.
type Step struct {
	N uint64 `json:"n"`
	// At is when it happened, in milliseconds since 1970.
	At int64 `json:"at"`
	// Flow is what belongs together: a request's steps. It is "" for a step of no request.
	Flow  string `json:"flow"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	// MS is how long it took, in milliseconds.
	MS float64 `json:"ms"`
	OK bool    `json:"ok"`
	// Detail depends on the kind; it is one of the types in detail.go.
	Detail any `json:"detail"`
	// Curl does the same again, "" if nothing can.
	Curl string `json:"curl,omitempty"`
}

// entry is a step that is told in full once somebody looks, since requests do not wait for that. Until then it may hold what
// must not be shown.
type entry struct {
	once sync.Once
	step Step
	// tell fills in what is not known at once; nil for nothing.
	tell func(*Step)
}

func (e *entry) told() Step {
	e.once.Do(func() {
		if e.tell != nil {
			e.tell(&e.step)
			e.tell = nil
		}
	})
	return e.step
}

// steps keeps the newest steps, and wakes those who wait for the next.
type steps struct {
	mu   sync.Mutex
	ring [kept]*entry
	// last is the number of the newest step, 0 for none.
	last uint64
	// changed is closed at the next step; nil while nobody waits.
	changed chan struct{}
}

// add adds a step and gives it its number. tell may be nil.
func (s *steps) add(step Step, tell func(*Step)) {
	e := &entry{step: step, tell: tell}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	e.step.N = s.last
	s.ring[s.last%kept] = e
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// after returns the steps behind number n, how many of them are no longer kept, and what is closed at the next one.
func (s *steps) after(n uint64) (all []*entry, lost uint64, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < s.last-min(s.last, kept) {
		lost = s.last - kept - n
		n += lost
	}
	for ; n < s.last; n++ {
		all = append(all, s.ring[(n+1)%kept])
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return all, lost, s.changed
}

// begin returns the number behind which a stream begins: the last that its client has, or what a new one needs. A number from
// before a restart is that of a new one.
func (s *steps) begin(last uint64, has bool) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if has && last <= s.last {
		return last
	}
	return s.last - min(s.last, shown)
}
