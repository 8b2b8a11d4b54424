package upstream

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// MaxPause bounds the pause before a person's request is tried once more.
	MaxPause = 200 * time.Millisecond
	// Worthwhile is the least time that must be left for another attempt after it.
	Worthwhile = 500 * time.Millisecond
)

// Jitter is a pause of half of most to most. Half of it is chance, so that those who
// were in each other's way come apart.
func Jitter(most time.Duration) time.Duration {
	return most/2 + rand.N(most/2) //nolint:gosec // jitter is no secret
}

// Pause waits. It says false, without waiting for the end, if the context ends before
// that or would leave less than spare after it.
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
