package login

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"
)

// Registrations are counted by the hour, because anybody with a WeChat can make a user where the policy allows it. The
// numbers are in docs/limits.md.
//
// The counts are read beside what a request reads anyway, and counted up beside the transaction that makes the user. So a
// registration waits for nothing more, and a request that makes no user counts nothing. Requests at the same time do not see each
// other then: near a limit a registration is therefore counted before it is done.
const (
	// registrationsOfAddress is how many users one address may make in an hour. Behind a carrier's NAT it is many people's.
	registrationsOfAddress = 200
	// registrationsOfApp is how many users one mini-program may make in an hour.
	registrationsOfApp = 20_000
	// tallySwaps bounds how often a tally tries to count while others count.
	tallySwaps = 100
)

// errTallyFull is the cause of TooManyRegistrations.
var errTallyFull = errors.New("too many registrations this hour")

// tally counts registrations of one kind in one hour.
type tally struct {
	name  string
	limit int
	ends  time.Time
	// known is its record as last seen. The zero Record counts nothing.
	known Record
	// unread is why it could not be read.
	unread error
}

func (t *tally) count() int {
	n, _ := strconv.Atoi(string(t.known.Value)) // "" is 0
	return n
}

// near says whether the requests that may be under way could go beyond the limit: a tenth of it.
func (t *tally) near() bool { return t.count() >= t.limit-t.limit/10 }

// full is the refusal of a tally that has reached its limit, or nil.
func (t *tally) full(now time.Time) error {
	if t.count() < t.limit {
		return nil
	}
	return &Error{Code: TooManyRegistrations, RetryAfter: t.ends.Sub(now), Cause: errTallyFull}
}

// tallies are those of a registration, once they are read.
type tallies struct {
	all []*tally
	// counted says that the registration is in them.
	counted bool
}

// readTallies adds to a round trip what reads the tallies of a registration by an exchange.
func (s *Service) readTallies(trip *roundTrip, ctx context.Context, x *exchange) {
	hour := s.clock().Truncate(time.Hour)
	of := func(limit int, parts ...string) *tally {
		parts = append(parts, strconv.FormatInt(hour.Unix(), 10))
		return &tally{name: "tally#" + x.secret.Hash("registrations", parts...), limit: limit, ends: hour.Add(time.Hour)}
	}
	x.tallies = &tallies{all: []*tally{of(registrationsOfApp, x.AppID)}}
	if !x.caller.SharedAddress && x.caller.Address != "" {
		x.tallies.all = append(x.tallies.all, of(registrationsOfAddress, x.AppID, x.caller.Address))
	}
	for _, t := range x.tallies.all {
		trip.do(func() error {
			if t.known, t.unread = s.Store.LoadRecord(ctx, t.name); errors.Is(t.unread, ErrRecordNotFound) {
				t.unread = nil
			}
			return nil // it matters only to who registers
		})
	}
}

// reserveRegistration refuses a registration beyond a limit. Near a limit it counts the registration, which stays counted if it then
// fails; else that is left to countRegistration.
//
// Errors: TooManyRegistrations; and what the store answers.
func (s *Service) reserveRegistration(ctx context.Context, x *exchange) error {
	if x.tallies == nil {
		trip := x.trail.roundTrip(ctx)
		s.readTallies(trip, ctx, x)
		if err := trip.wait(); err != nil {
			return err
		}
	}
	if x.tallies.counted {
		return nil
	}
	near := false
	for _, t := range x.tallies.all {
		if err := cmp.Or(t.unread, t.full(s.clock())); err != nil {
			return err
		}
		near = near || t.near()
	}
	if !near {
		return nil
	}
	x.tallies.counted = true
	trip := x.trail.roundTrip(ctx)
	for _, t := range x.tallies.all {
		trip.do(func() error { return s.countUp(ctx, t, true) })
	}
	return trip.wait()
}

// countRegistration adds to a round trip what counts a registration that is done in it, unless it is counted.
func (s *Service) countRegistration(trip *roundTrip, ctx context.Context, x *exchange) {
	if x.tallies.counted {
		return
	}
	x.tallies.counted = true
	for _, t := range x.tallies.all {
		trip.try(func() error { return s.countUp(ctx, t, false) })
	}
}

// countUp adds one to a tally.
//
// Errors: TooManyRegistrations if that is bounded, and the tally is at its limit; and what the store answers.
func (s *Service) countUp(ctx context.Context, t *tally, bounded bool) error {
	lane, leave, err := s.lanes.enter(ctx, t.name)
	if err != nil {
		return Unavailable(err)
	}
	defer leave()
	if lane.record.Version != "" {
		t.known = lane.record // that of whoever had the turn just now
	}
	for range tallySwaps {
		if bounded {
			if err := t.full(s.clock()); err != nil {
				return err
			}
		}
		next := Record{Version: NewID(), Value: []byte(strconv.Itoa(t.count() + 1)), ExpiresAt: t.ends.Add(time.Minute)}
		stored, err := s.Store.SwapRecord(ctx, t.name, t.known.Version, next)
		if err == nil {
			t.known, lane.record = next, next
			return nil
		}
		if !errors.Is(err, ErrRecordChanged) {
			return err
		}
		t.known = stored
	}
	return Unavailable(errors.New("too many registrations at once"))
}
