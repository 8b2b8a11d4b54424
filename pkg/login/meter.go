package login

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// meter counts tries in a short-lived record, which is changed by
// compare-and-swap. See docs/decisions/tries-by-compare-and-swap.md.
type meter struct {
	name   string
	policy policy
	// lenient says that a try is reserved in spite of a wait, which may not be in force.
	lenient bool
	// id is this request's try, and record the counter as last known.
	id     string
	record Record
	// reserved says that the try stands in the counter, or may.
	reserved bool
	// wait is how long until a try may be made; 0 for at once.
	wait time.Duration
	// full says that as many passwords as the policy leaves free were wrong.
	full bool
}

// try is one entry of a counter: a wrong password, or a reservation.
type try struct {
	ID   string `json:"id"`
	At   int64  `json:"at"` // Unix milliseconds
	Held bool   `json:"held,omitempty"`
}

const (
	// tryHold is how long a reservation stands that a crash left behind.
	tryHold = 30 * time.Second
	// heldRetry is when to try again while reservations are in the way: mostly they
	// go within a second.
	heldRetry = 2 * time.Second
	// maxHeld bounds the reservations of a lenient meter.
	maxHeld = 100
	// releaseTime bounds a release after the request's deadline.
	releaseTime = 150 * time.Millisecond
	// maxSwaps bounds how often a counter is written anew because others wrote it.
	// From the third time on there is a pause, which grows to ten times swapPause at most.
	maxSwaps  = 100
	swapPause = 10 * time.Millisecond
)

// errNotReserved ends a change of a counter that must stay as it is.
var errNotReserved = errors.New("login: no try is reserved")

// reserve takes one of the meter's tries, or says in m why not.
func (s *Service) reserve(ctx context.Context, m *meter) error {
	m.reserved = true
	err := s.change(ctx, m, func(entries []try, now time.Time) ([]try, error) {
		// It stands there already if it was written, the answer lost, and the counter
		// then written by another.
		entries = without(entries, m.id)
		if !m.admits(entries, now) {
			return nil, errNotReserved
		}
		return append(entries, try{ID: m.id, At: now.UnixMilli(), Held: true}), nil
	})
	if errors.Is(err, errNotReserved) {
		m.reserved = false
		return nil
	}
	return err
}

// admits says whether a try is to be reserved beside those that count, and sets
// what else m says of them.
func (m *meter) admits(entries []try, now time.Time) bool {
	var wrong []time.Time
	for _, t := range entries {
		if !t.Held {
			wrong = append(wrong, time.UnixMilli(t.At))
		}
	}
	held := len(entries) - len(wrong)
	m.wait, m.full = 0, len(wrong) >= m.policy.free
	if m.full {
		m.wait = max(0, m.policy.ready(wrong).Sub(now))
	}
	if m.wait == 0 && held > 0 && len(entries) >= m.policy.free {
		m.wait = heldRetry
	}
	if m.lenient {
		return held < maxHeld
	}
	return m.wait == 0
}

// spend makes the reserved try count as a wrong password.
func (s *Service) spend(ctx context.Context, m *meter) error {
	if !m.reserved {
		return nil
	}
	return s.change(ctx, m, func(entries []try, now time.Time) ([]try, error) {
		entries = append(without(entries, m.id), try{ID: m.id, At: now.UnixMilli()})
		return newest(entries, m.policy.most()), nil
	})
}

// newest drops the wrong passwords behind the newest n.
func newest(entries []try, n int) []try {
	kept := make([]try, 0, len(entries))
	for _, t := range slices.Backward(entries) {
		if !t.Held {
			n--
		}
		if t.Held || n >= 0 {
			kept = append(kept, t)
		}
	}
	slices.Reverse(kept)
	return kept
}

// release gives the reserved try back: even when the request's time is over, for
// which the answer's margin leaves a moment.
func (s *Service) release(ctx context.Context, m *meter) error {
	if !m.reserved {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
	}
	return s.change(ctx, m, func(entries []try, _ time.Time) ([]try, error) {
		return without(entries, m.id), nil
	})
}

func without(entries []try, id string) []try {
	return slices.DeleteFunc(entries, func(t try) bool { return t.ID == id })
}

// change writes the entries that still count, as edit leaves them, if nobody else
// has written since they were read; else it begins again with what was written.
// The first attempt of a request assumes that there are none: mostly true, and
// then one round trip is all.
func (s *Service) change(ctx context.Context, m *meter, edit func([]try, time.Time) ([]try, error)) error {
	known := m.record
	for n := range maxSwaps {
		now := s.clock()
		entries, err := edit(m.counted(known, now), now)
		if err != nil {
			return err
		}
		next, err := m.recordOf(entries, now)
		if err != nil {
			return err
		}
		stored, err := s.Store.SwapRecord(ctx, m.name, known.Version, next)
		if err == nil {
			m.record = next
			return nil
		}
		if !errors.Is(err, ErrRecordChanged) {
			return err
		}
		known = stored
		if n > 2 {
			if err := pause(ctx, rand.N(swapPause*time.Duration(min(n, 10)))); err != nil { //nolint:gosec // jitter is no secret
				return Unavailable(err)
			}
		}
	}
	return Unavailable(errors.New("a counter is written too often"))
}

// counted are the entries of a counter that count now. A counter that cannot be
// read counts nothing; only our own key can have written it.
func (m *meter) counted(r Record, now time.Time) []try {
	var entries []try
	if json.Unmarshal(r.Value, &entries) != nil {
		return nil
	}
	return slices.DeleteFunc(entries, func(t try) bool { return !now.Before(m.until(t)) })
}

// until is when an entry ceases to count.
func (m *meter) until(t try) time.Time {
	life := m.policy.window
	if t.Held {
		life = tryHold
	}
	return time.UnixMilli(t.At).Add(life)
}

func (m *meter) recordOf(entries []try, now time.Time) (Record, error) {
	last := now
	for _, t := range entries {
		if until := m.until(t); until.After(last) {
			last = until
		}
	}
	value, err := json.Marshal(entries)
	return Record{Version: newID(), Value: value, ExpiresAt: last.UTC()}, err
}

// pause waits, or fails when the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
