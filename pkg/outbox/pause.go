package outbox

import (
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// A pause takes at least half of its length, which begins with minPause and doubles with each: the first takes 1 to 2 seconds.
const (
	minPause = 2 * time.Second
	// maxPause is the greatest length for a user, and maxReceiverPause for the receiver.
	maxPause         = 5 * time.Minute
	maxReceiverPause = 30 * time.Second
)

// pause is how long somebody waits until the next try. The zero pause is over.
type pause struct {
	length time.Duration
	end    time.Time
}

// lengthen begins the next pause, of at most this length.
func (p *pause) lengthen(most time.Duration) {
	p.length = min(max(2*p.length, minPause), most)
	p.end = time.Now().Add(upstream.Jitter(p.length))
}
