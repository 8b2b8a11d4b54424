package localgw

import "time"

// How many requests are served at the same time. A request takes some 8 times its body: the event holds the body once
// more, as text or in base64, and the function decodes it.
const (
	// maxSmall is how many requests with a body of at most smallBody bytes are served at the same time, which all good
	// ones have; maxLarge is how many of the others.
	maxSmall  = 256
	maxLarge  = 4
	smallBody = 4 << 10
	// maxWait is how long a request waits for its turn.
	maxWait = 2 * time.Second
	// busyWait is after how many seconds a request that has waited in vain is to be sent again.
	busyWait = 1
)

// flight bounds the requests that are being served. Large ones wait for large ones only.
type flight struct {
	small, large chan struct{}
}

func newFlight() flight {
	return flight{small: make(chan struct{}, maxSmall), large: make(chan struct{}, maxLarge)}
}

// enter waits for a place for a request with a body of this size. If there is one in time, leave gives it back.
func (f flight) enter(size int) (leave func(), ok bool) {
	places := f.small
	if size > smallBody {
		places = f.large
	}
	leave = func() { <-places }
	select {
	case places <- struct{}{}:
		return leave, true
	default:
	}
	turn := time.NewTimer(maxWait)
	defer turn.Stop()
	select {
	case places <- struct{}{}:
		return leave, true
	case <-turn.C:
		return nil, false
	}
}
