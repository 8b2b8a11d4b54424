package login

import (
	"slices"
	"time"
)

// policy bounds wrong passwords: some are free, and after each further one there
// is a wait, twice as long as the one before. Nobody is locked out for good.
type policy struct {
	// free is how many wrong passwords in a window have no wait.
	free int
	// window is how long a wrong password counts.
	window time.Duration
	// first is the wait after wrong password number free, and longest bounds the waits.
	first, longest time.Duration
}

// The limits, as docs/limits.md has them. That waits grow, up to an hour, is what
// NIST SP 800-63B recommends (section on rate limiting).
var (
	// identityPolicy holds for one openid. A stranger cannot use it up: its codes come
	// from its owner's WeChat.
	identityPolicy = policy{free: 5, window: 24 * time.Hour, first: time.Minute, longest: time.Hour}
	// addressPolicy holds for one address, which many people share behind a carrier's NAT.
	addressPolicy = policy{free: 60, window: time.Hour, first: 10 * time.Second, longest: 2 * time.Minute}
	// accountPolicy holds for one username. Where it asks for a wait, pairPolicy decides
	// instead; see guessing.go.
	accountPolicy = policy{free: 10, window: time.Hour, first: time.Hour, longest: time.Hour}
	// pairPolicy holds for one username from one address, while the account is under attack.
	pairPolicy = policy{free: 2, window: 24 * time.Hour, first: time.Minute, longest: time.Hour}
)

// after is the wait after n wrong passwords.
func (p policy) after(n int) time.Duration {
	if n < p.free {
		return 0
	}
	wait := p.first
	for i := p.free; i < n && wait < p.longest; i++ {
		wait *= 2
	}
	return min(wait, p.longest)
}

// most is how many wrong passwords are worth keeping: from there on each has the
// longest wait, and older ones change nothing.
func (p policy) most() int {
	n := p.free
	for p.after(n) < p.longest {
		n++
	}
	return n
}

// ready says when the next try is free after wrong passwords at these times, of
// which there is one at least.
func (p policy) ready(wrong []time.Time) time.Time {
	slices.SortFunc(wrong, time.Time.Compare)
	last := wrong[len(wrong)-1]
	ready := last.Add(p.after(len(wrong)))
	// The oldest ones leave the window meanwhile, and leave a shorter wait.
	for i, at := range wrong {
		left, then := at.Add(p.window), last.Add(p.after(len(wrong)-i-1))
		if then.Before(left) {
			then = left
		}
		if then.Before(ready) {
			ready = then
		}
	}
	return ready
}
