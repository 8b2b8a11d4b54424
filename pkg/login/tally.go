package login

import (
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

// reserveRegistration counts a registration of the caller's address and of the mini-program, before it is done. One that then
// fails stays counted.
//
// Errors: TooManyRegistrations; and what the store answers.
func (s *Service) reserveRegistration(ctx context.Context, x *exchange) error {
	trip := x.trail.roundTrip(ctx)
	s.countRegistration(trip, ctx, x)
	return trip.wait()
}

// countRegistration adds to a round trip what reserveRegistration does.
func (s *Service) countRegistration(trip *roundTrip, ctx context.Context, x *exchange) {
	trip.do(func() error { return s.tally(ctx, x, registrationsOfApp, "registrations", x.AppID) })
	if !x.caller.SharedAddress && x.caller.Address != "" {
		trip.do(func() error {
			return s.tally(ctx, x, registrationsOfAddress, "registrations", x.AppID, x.caller.Address)
		})
	}
}

// tally adds one to this hour's count of something.
//
// Errors: TooManyRegistrations if it is at its limit; and what the store answers.
func (s *Service) tally(ctx context.Context, x *exchange, limit int, purpose string, parts ...string) error {
	now := s.clock()
	hour := now.Truncate(time.Hour)
	end := hour.Add(time.Hour)
	name := "tally#" + x.secret.Hash(purpose, append(parts, strconv.FormatInt(hour.Unix(), 10))...)
	lane, leave, err := s.lanes.enter(ctx, name)
	if err != nil {
		return Unavailable(err)
	}
	defer leave()
	known := lane.record
	for range tallySwaps {
		n, _ := strconv.Atoi(string(known.Value)) // "" is 0
		if n >= limit {
			return &Error{Code: TooManyRegistrations, RetryAfter: end.Sub(now), Cause: errTallyFull}
		}
		next := Record{Version: NewID(), Value: []byte(strconv.Itoa(n + 1)), ExpiresAt: end.Add(time.Minute)}
		stored, err := s.Store.SwapRecord(ctx, name, known.Version, next)
		if err == nil {
			lane.record = next
			return nil
		}
		if !errors.Is(err, ErrRecordChanged) {
			return err
		}
		known = stored
	}
	return Unavailable(errors.New("too many registrations at once"))
}
