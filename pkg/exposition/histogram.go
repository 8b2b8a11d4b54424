package exposition

import "time"

// bounds are the upper bounds of a histogram's buckets, those that Prometheus' libraries have by default. The last is how
// long a request may take.
var bounds = [...]time.Duration{
	5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
	500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// histogram counts times.
type histogram struct {
	// buckets count the times up to each bound that are above the one before; the last those above all.
	buckets [len(bounds) + 1]uint64
	sum     time.Duration
}

func (h *histogram) observe(d time.Duration) {
	i := 0
	for i < len(bounds) && d > bounds[i] {
		i++
	}
	h.buckets[i]++
	h.sum += d
}
