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
	// reservesAll makes the counter reserve an attempt in spite of its wait, which may not apply; see
	// guessing.go.
	reservesAll bool
	// id is that of this request's attempt.
	id string
	// record is the counter as this request last saw it.
	record Record
	// reserved says that the attempt is in the counter, or may be: the answer to the write may be lost.
	reserved bool
	// repeated says that the request is a repeat. If its attempt is in the counter already, it is borrowed
	// from the first request, which gives it back or not.
	repeated, borrowed bool
	// wait is how long until an attempt may be made; 0 means at once.
	wait time.Duration
	// spent says that the policy's free wrong passwords are used up.
	spent bool
	// alone says that the counter counts no other attempt, wrong or reserved.
	alone bool
}

// entry is what a counter keeps of an attempt: a reservation or a wrong password.
type entry struct {
	ID   string `json:"id"`
	At   int64  `json:"at"` // Unix milliseconds
	Held bool   `json:"held,omitempty"`
}

const (
	// holdTime is how long a reservation counts if a crash leaves it behind.
	holdTime = 30 * time.Second
	// heldRetry is when to try again while reservations are in the way. Most are gone within a second.
	heldRetry = 2 * time.Second
	// maxHeld bounds the reservations of a counter with reservesAll.
	maxHeld = 100
	// graceTime is how long an attempt may still be settled after the request's deadline. The margin that is
	// kept for the answer leaves time for it.
	graceTime = 150 * time.Millisecond
	// maxSwaps bounds how often a change tries to write while others write the same counter. From the
	// fourth failed try on it pauses before the next one, for a random time that grows to at most ten
	// times swapPause.
	maxSwaps  = 100
	swapPause = 10 * time.Millisecond
)

// errNotReserved ends a change that must leave the counter as it is.
var errNotReserved = errors.New("login: no attempt is reserved")

// reserve reserves the attempt in the counter. If there is no room, c.reserved is false and c.wait says
// when to try again; that is no error.
func (s *Service) reserve(ctx context.Context, c *counter) error {
	again := c.reserved
	c.reserved = true
	err := s.change(ctx, c, func(entries []entry, now time.Time) ([]entry, error) {
		others := without(slices.Clone(entries), c.id)
		if !c.admits(others, now) {
			return nil, errNotReserved
		}
		if len(others) < len(entries) {
			c.borrowed = c.borrowed || c.repeated && !again
			return entries, nil
		}
		return append(others, entry{ID: c.id, At: now.UnixMilli(), Held: true}), nil
	})
	if errors.Is(err, errNotReserved) {
		c.reserved = false
		return nil
	}
	return err
}

// admits says whether an attempt is to be reserved beside these entries. It sets c.wait, c.spent and c.alone.
func (c *counter) admits(entries []entry, now time.Time) bool {
	var wrong []time.Time
	for _, e := range entries {
		if !e.Held {
			wrong = append(wrong, time.UnixMilli(e.At))
		}
	}
	held := len(entries) - len(wrong)
	c.wait, c.spent, c.alone = 0, len(wrong) >= c.policy.free, len(entries) == 0
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

// spend makes the attempt count as a wrong password, reserved or not. It does so even after the request's
// deadline.
func (s *Service) spend(ctx context.Context, c *counter) error {
	ctx, cancel := settling(ctx)
	defer cancel()
	return s.change(ctx, c, func(entries []entry, now time.Time) ([]entry, error) {
		return c.withWrong(entries, now), nil
	})
}

// withWrong is the entries with the attempt as a wrong password.
func (c *counter) withWrong(entries []entry, now time.Time) []entry {
	if slices.ContainsFunc(entries, func(e entry) bool { return e.ID == c.id && !e.Held }) {
		return entries // the first request of this repeat, or its repeat, has counted it
	}
	entries = append(without(entries, c.id), entry{ID: c.id, At: now.UnixMilli()})
	return newest(entries, c.policy.most())
}

// newest keeps the newest n wrong passwords and all reservations.
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

// release gives the reserved attempt back. It does so even after the request's deadline.
func (s *Service) release(ctx context.Context, c *counter) error {
	if !c.reserved || c.borrowed {
		return nil
	}
	ctx, cancel := settling(ctx)
	defer cancel()
	return s.change(ctx, c, func(entries []entry, _ time.Time) ([]entry, error) {
		return slices.DeleteFunc(entries, func(e entry) bool { return e.ID == c.id && e.Held }), nil
	})
}

// settling is the context in which an attempt is settled: it ends graceTime after the request's. If the
// request was given up already, that is in graceTime.
func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if ctx.Err() != nil {
		end, limited = time.Now(), true
	}
	ctx = context.WithoutCancel(ctx)
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(graceTime))
}

func without(entries []entry, id string) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool { return e.ID == id })
}

// change edits the entries that still count and writes them, if no other request has written the counter
// meanwhile. If one has, change starts again from what that one wrote. A request's first try assumes the
// counter as the lane knows it, or an empty one. That is mostly right, and then one round trip is enough.
//
// Errors: those of edit; StoreUnavailable when the context ends or maxSwaps are not enough; and what the
// store answers.
func (s *Service) change(ctx context.Context, c *counter, edit func([]entry, time.Time) ([]entry, error)) error {
	lane, leave, err := s.lanes.enter(ctx, c.name)
	if err != nil {
		return Unavailable(err)
	}
	defer leave()
	known := c.record
	if lane.record.Version != "" {
		known = lane.record
	}
	defer func() { lane.record = c.record }()
	for n := range maxSwaps {
		now := s.clock()
		c.record = known
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
	return Unavailable(errors.New("too many requests write the same counter"))
}

// counted returns the entries of a counter that count now. A record that cannot be decoded has none; only
// our own key makes its name, so nobody else can have written it.
func (c *counter) counted(r Record, now time.Time) []entry {
	var entries []entry
	if json.Unmarshal(r.Value, &entries) != nil {
		return nil
	}
	return c.since(entries, now)
}

// since drops the entries that no longer count.
func (c *counter) since(entries []entry, now time.Time) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool { return !now.Before(c.until(e)) })
}

// until is when an entry stops counting.
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
