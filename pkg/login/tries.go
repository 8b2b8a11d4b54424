package login

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// Guessing a password is bounded per identity and per username. A try is
// reserved before the password is looked at, so that any number of tries at the
// same time stays within the limit. It is given back unless the password was wrong.
const (
	// identityTries is how many wrong passwords one identity may send in a tryWindow.
	identityTries = 5
	// usernameTries is how many wrong passwords one username may be sent in a tryWindow.
	usernameTries = 10
	tryWindow     = 15 * time.Minute
	// tryHold is how long a reservation stands that a crash left behind.
	tryHold = 30 * time.Second
	// heldRetry is when to try again while reservations are in the way.
	heldRetry = 2 * time.Second
	// releaseTime bounds a release after the request's deadline.
	releaseTime = 150 * time.Millisecond
	// maxSwaps bounds how often a counter is written anew because others wrote it.
	maxSwaps = 100
)

// meter counts the tries of one identity or at one username.
type meter struct {
	name  string
	limit int
	// id is this request's try, and record the counter as last known.
	id     string
	record Record
	// reserved says that the try stands in the counter, or may.
	reserved bool
}

// try is one entry of a counter: a reservation, or a wrong password.
type try struct {
	ID    string `json:"id"`
	Until int64  `json:"until"` // Unix milliseconds; from then on it does not count
	// Held says that it is a reservation, which mostly goes long before Until.
	Held bool `json:"held,omitempty"`
}

// triesOf are the two counters that a bind goes through: of the identity and of
// the username.
func triesOf(v *visit, username string) [2]*meter {
	id := newID()
	return [2]*meter{
		{name: "count#" + v.secret.Hash("identity tries", v.AppID, v.OpenID), limit: identityTries, id: id},
		{name: "count#" + v.secret.Hash("username tries", username), limit: usernameTries, id: id},
	}
}

// reserve takes one of the meter's tries. Errors: TooManyAttempts, with the time
// until one is free.
func (s *Service) reserve(ctx context.Context, m *meter) error {
	err := s.change(ctx, m, func(tries []try, now time.Time) ([]try, error) {
		// It stands there already if it was written, the answer lost, and the counter
		// then written by another.
		tries = without(tries, m.id)
		if len(tries) >= m.limit {
			return nil, &Error{Code: TooManyAttempts, RetryAfter: untilFree(tries, now)}
		}
		return append(tries, try{ID: m.id, Until: now.Add(tryHold).UnixMilli(), Held: true}), nil
	})
	m.reserved = !errors.Is(err, TooManyAttempts)
	return err
}

// untilFree is how long until one of the tries does not count any more.
func untilFree(tries []try, now time.Time) time.Duration {
	first := slices.MinFunc(tries, func(a, b try) int { return int(a.Until - b.Until) })
	wait := time.UnixMilli(first.Until).Sub(now)
	if slices.ContainsFunc(tries, func(t try) bool { return t.Held }) {
		return min(wait, heldRetry)
	}
	return wait
}

// spend makes the reserved try count as a wrong password.
func (s *Service) spend(ctx context.Context, m *meter) error {
	return s.change(ctx, m, func(tries []try, now time.Time) ([]try, error) {
		return append(without(tries, m.id), try{ID: m.id, Until: now.Add(tryWindow).UnixMilli()}), nil
	})
}

// release gives the reserved try back, if it was reserved: even when the
// request's time is over, for which the answer's margin leaves a moment.
func (s *Service) release(ctx context.Context, m *meter) error {
	if !m.reserved {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
	}
	return s.change(ctx, m, func(tries []try, _ time.Time) ([]try, error) {
		return without(tries, m.id), nil
	})
}

func without(tries []try, id string) []try {
	return slices.DeleteFunc(tries, func(t try) bool { return t.ID == id })
}

// change writes the tries that still count, as edit leaves them, if nobody else
// has written since they were read; else it begins again with what was written.
// The first attempt of a request assumes that there are none: mostly true, and
// then one round trip is all.
func (s *Service) change(ctx context.Context, m *meter, edit func([]try, time.Time) ([]try, error)) error {
	known := m.record
	for n := range maxSwaps {
		now := s.clock()
		tries, err := edit(countedTries(known, now), now)
		if err != nil {
			return err
		}
		next, err := recordOf(tries, now)
		if err != nil {
			return err
		}
		stored, err := s.Ephemeral.SwapRecord(ctx, m.name, known.Version, next)
		if err == nil {
			m.record = next
			return nil
		}
		if !errors.Is(err, ErrRecordChanged) {
			return err
		}
		known = stored
		if n > 2 {
			if err := pause(ctx, rand.N(20*time.Millisecond)); err != nil { //nolint:gosec // jitter is no secret
				return Unavailable(err)
			}
		}
	}
	return Unavailable(errors.New("a counter is written too often"))
}

// countedTries are the entries of a counter that count now. A counter that
// cannot be read counts nothing; only our own key can have written it.
func countedTries(r Record, now time.Time) []try {
	var tries []try
	if json.Unmarshal(r.Value, &tries) != nil {
		return nil
	}
	return slices.DeleteFunc(tries, func(t try) bool { return t.Until <= now.UnixMilli() })
}

func recordOf(tries []try, now time.Time) (Record, error) {
	last := now.UnixMilli()
	for _, t := range tries {
		last = max(last, t.Until)
	}
	value, err := json.Marshal(tries)
	return Record{Version: newID(), Value: value, ExpiresAt: time.UnixMilli(last).UTC()}, err
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
