package upstream

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// MaxPause bounds the pause before a client's request is retried.
	MaxPause = 200 * time.Millisecond
	// Worthwhile is the least time that must be left for another attempt after the pause.
	Worthwhile = 500 * time.Millisecond
)

// Jitter returns a random pause between half of most and most, so that callers that collided drift apart.
func Jitter(most time.Duration) time.Duration {
	return most/2 + rand.N(most/2) //nolint:gosec // jitter is no secret
}

// Pause waits. If the context ends first, or would leave less than spare after the wait, Pause returns false without
// waiting to the end.
func Pause(ctx context.Context, wait, spare time.Duration) bool {
	if end, ok := ctx.Deadline(); ctx.Err() != nil || ok && time.Until(end) < wait+spare {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}
