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

// tally is this hour's count of something.
type tally struct {
	name  string
	limit int
	ends  time.Time
	// known is what the store had when it was last looked at.
	known Record
}

// registrations are the tallies of a registration: that of the mini-program, and that of the caller's address in it.
func (s *Service) registrations(x *exchange) []*tally {
	hour := s.clock().Truncate(time.Hour)
	of := func(limit int, parts ...string) *tally {
		name := x.secret.Hash("registrations", append(parts, strconv.FormatInt(hour.Unix(), 10))...)
		return &tally{name: "tally#" + name, limit: limit, ends: hour.Add(time.Hour)}
	}
	all := []*tally{of(registrationsOfApp, x.AppID)}
	if !x.caller.SharedAddress && x.caller.Address != "" {
		all = append(all, of(registrationsOfAddress, x.AppID, x.caller.Address))
	}
	return all
}

// reserveRegistration counts a registration before it is done. One that then fails stays counted.
//
// Errors: TooManyRegistrations; and what the store answers.
func (s *Service) reserveRegistration(ctx context.Context, x *exchange) error {
	trip := x.trail.roundTrip(ctx)
	for _, t := range s.registrations(x) {
		trip.do(func() error { return s.addTo(ctx, t) })
	}
	return trip.wait()
}

// look reads a tally.
//
// Errors: TooManyRegistrations if it is at its limit; and what the store answers.
func (s *Service) look(ctx context.Context, t *tally) (err error) {
	t.known, err = s.Store.LoadRecord(ctx, t.name)
	if errors.Is(err, ErrRecordNotFound) {
		return nil
	}
	return cmp.Or(err, t.full(s.clock()))
}

// full says that a tally is at its limit.
//
// Errors: TooManyRegistrations.
func (t *tally) full(now time.Time) error {
	if t.count() < t.limit {
		return nil
	}
	return &Error{Code: TooManyRegistrations, RetryAfter: t.ends.Sub(now), Cause: errTallyFull}
}

func (t *tally) count() int {
	n, _ := strconv.Atoi(string(t.known.Value)) // "" is 0
	return n
}

// addTo adds one to a tally.
//
// Errors: TooManyRegistrations if it is at its limit; and what the store answers.
func (s *Service) addTo(ctx context.Context, t *tally) error {
	lane, leave, err := s.lanes.enter(ctx, t.name)
	if err != nil {
		return Unavailable(err)
	}
	defer leave()
	if lane.record.Version != "" {
		t.known = lane.record
	}
	for range tallySwaps {
		if err := t.full(s.clock()); err != nil {
			return err
		}
		next := Record{Version: NewID(), Value: []byte(strconv.Itoa(t.count() + 1)), ExpiresAt: t.ends.Add(time.Minute)}
		stored, err := s.Store.SwapRecord(ctx, t.name, t.known.Version, next)
		if err == nil {
			lane.record = next
			return nil
		}
		if !errors.Is(err, ErrRecordChanged) {
			return err
		}
		t.known = stored
	}
	return Unavailable(errors.New("too many registrations at once"))
}
