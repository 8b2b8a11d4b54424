package login

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// counter counts attempts in a short-lived record, which is changed by
// compare-and-swap. See docs/decisions/attempts-by-compare-and-swap.md.
type counter struct {
	name   string
	policy policy
	// reservesAll says that an attempt is reserved in spite of a wait, which may not be
	// in force; see guessing.go.
	reservesAll bool
	// id is this request's attempt, and record the counter as last known.
	id     string
	record Record
	// reserved says that the attempt stands in the counter, or may.
	reserved bool
	// wait is how long until an attempt may be made; 0 for at once.
	wait time.Duration
	// spent says that as many passwords as the policy leaves free were wrong.
	spent bool
}

// entry is what a counter keeps of an attempt: a wrong password, or a reservation.
type entry struct {
	ID   string `json:"id"`
	At   int64  `json:"at"` // Unix milliseconds
	Held bool   `json:"held,omitempty"`
}

const (
	// holdTime is how long a reservation stands that a crash left behind.
	holdTime = 30 * time.Second
	// heldRetry is when to try again while reservations are in the way: mostly they
	// go within a second.
	heldRetry = 2 * time.Second
	// maxHeld bounds the reservations of a counter that reserves all.
	maxHeld = 100
	// releaseTime bounds a release after the request's deadline.
	releaseTime = 150 * time.Millisecond
	// maxSwaps bounds how often a counter is written anew because others wrote it.
	// From the third time on there is a pause, which grows to ten times swapPause at most.
	maxSwaps  = 100
	swapPause = 10 * time.Millisecond
)

// errNotReserved ends a change of a counter that must stay as it is.
var errNotReserved = errors.New("login: no attempt is reserved")

// reserve takes one of the counter's attempts, or says in c why not.
func (s *Service) reserve(ctx context.Context, c *counter) error {
	c.reserved = true
	err := s.change(ctx, c, func(entries []entry, now time.Time) ([]entry, error) {
		// It stands there already if it was written, the answer lost, and the counter
		// then written by another.
		entries = without(entries, c.id)
		if !c.admits(entries, now) {
			return nil, errNotReserved
		}
		return append(entries, entry{ID: c.id, At: now.UnixMilli(), Held: true}), nil
	})
	if errors.Is(err, errNotReserved) {
		c.reserved = false
		return nil
	}
	return err
}

// admits says whether an attempt is to be reserved beside those that count, and sets
// what else c says of them.
func (c *counter) admits(entries []entry, now time.Time) bool {
	var wrong []time.Time
	for _, e := range entries {
		if !e.Held {
			wrong = append(wrong, time.UnixMilli(e.At))
		}
	}
	held := len(entries) - len(wrong)
	c.wait, c.spent = 0, len(wrong) >= c.policy.free
	if c.spent {
		c.wait = max(0, c.policy.ready(wrong).Sub(now))
	}
	if c.wait == 0 && held > 0 && len(entries) >= c.policy.free {
		c.wait = heldRetry
	}
	if c.reservesAll {
		return held < maxHeld
	}
	return c.wait == 0
}

// spend makes the reserved attempt count as a wrong password.
func (s *Service) spend(ctx context.Context, c *counter) error {
	if !c.reserved {
		return nil
	}
	return s.change(ctx, c, func(entries []entry, now time.Time) ([]entry, error) {
		entries = append(without(entries, c.id), entry{ID: c.id, At: now.UnixMilli()})
		return newest(entries, c.policy.most()), nil
	})
}

// newest drops the wrong passwords behind the newest n.
func newest(entries []entry, n int) []entry {
	kept := make([]entry, 0, len(entries))
	for _, e := range slices.Backward(entries) {
		if !e.Held {
			n--
		}
		if e.Held || n >= 0 {
			kept = append(kept, e)
		}
	}
	slices.Reverse(kept)
	return kept
}

// release gives the reserved attempt back: even when the request's time is over, for
// which the answer's margin leaves a moment.
func (s *Service) release(ctx context.Context, c *counter) error {
	if !c.reserved {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
	}
	return s.change(ctx, c, func(entries []entry, _ time.Time) ([]entry, error) {
		return without(entries, c.id), nil
	})
}

func without(entries []entry, id string) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool { return e.ID == id })
}

// change writes the entries that still count, as edit leaves them, if nobody else
// has written since they were read; else it begins again with what was written.
// The first attempt of a request assumes that there are none: mostly true, and
// then one round trip is all.
func (s *Service) change(ctx context.Context, c *counter, edit func([]entry, time.Time) ([]entry, error)) error {
	known := c.record
	for n := range maxSwaps {
		now := s.clock()
		entries, err := edit(c.counted(known, now), now)
		if err != nil {
			return err
		}
		next, err := c.recordOf(entries, now)
		if err != nil {
			return err
		}
		stored, err := s.Store.SwapRecord(ctx, c.name, known.Version, next)
		if err == nil {
			c.record = next
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
func (c *counter) counted(r Record, now time.Time) []entry {
	var entries []entry
	if json.Unmarshal(r.Value, &entries) != nil {
		return nil
	}
	return slices.DeleteFunc(entries, func(e entry) bool { return !now.Before(c.until(e)) })
}

// until is when an entry ceases to count.
func (c *counter) until(e entry) time.Time {
	life := c.policy.window
	if e.Held {
		life = holdTime
	}
	return time.UnixMilli(e.At).Add(life)
}

func (c *counter) recordOf(entries []entry, now time.Time) (Record, error) {
	last := now
	for _, e := range entries {
		if until := c.until(e); until.After(last) {
			last = until
		}
	}
	value, err := json.Marshal(entries)
	return Record{Version: NewID(), Value: value, ExpiresAt: last.UTC()}, err
}
