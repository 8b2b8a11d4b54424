package login

import (
	"slices"
	"time"
)

// policy bounds wrong passwords. Some are free. The last free one brings a wait, and each further one a
// wait twice as long as the one before. Nobody is locked out for good.
type policy struct {
	// free is how many wrong passwords can be tried in a window without a wait.
	free int
	// window is how long a wrong password counts.
	window time.Duration
	// first is the wait after wrong password number free; no wait exceeds longest.
	first, longest time.Duration
}

// The limits, as in docs/limits.md. Waits that grow up to an hour are what NIST SP 800-63B recommends
// (section on rate limiting).
var (
	// identityPolicy holds for one openid. A stranger cannot use it up: only the owner's WeChat gives
	// codes for it.
	identityPolicy = policy{free: 5, window: 24 * time.Hour, first: time.Minute, longest: time.Hour}
	// addressPolicy holds for one address, which many people share behind a carrier's NAT.
	addressPolicy = policy{free: 60, window: time.Hour, first: 10 * time.Second, longest: 2 * time.Minute}
	// accountPolicy holds for one username. Once its free wrong passwords are spent, pairPolicy decides
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

// most is how many wrong passwords are worth keeping. With that many the wait is the longest, so older
// ones change nothing.
func (p policy) most() int {
	n := p.free
	for p.after(n) < p.longest {
		n++
	}
	return n
}

// ready says when the next attempt may be made. wrong has the times of the wrong passwords, at least
// one; ready sorts it.
func (p policy) ready(wrong []time.Time) time.Time {
	slices.SortFunc(wrong, time.Time.Compare)
	last := wrong[len(wrong)-1]
	ready := last.Add(p.after(len(wrong)))
	// The wait gets shorter as the oldest ones leave the window.
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
