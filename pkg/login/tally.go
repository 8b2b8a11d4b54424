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

// registration is where a registration is counted: in the tally of the mini-program, and in that of the caller's address.
type registration struct {
	tallies []tally
	// refused says why each tally has not counted it, nil if it has.
	refused []error
}

// tally counts something in an hour of the clock.
type tally struct {
	name  string
	limit int
	end   time.Time
}

// reserveRegistration counts a registration of the caller's address and of the mini-program, before it is done, unless the
// request has counted one. One that then fails stays counted.
//
// Errors: TooManyRegistrations; and what the store answers.
func (s *Service) reserveRegistration(ctx context.Context, x *exchange) error {
	if x.registration != nil {
		return nil
	}
	trip := x.trail.roundTrip(ctx)
	counted := s.countRegistration(trip, ctx, x)
	if err := trip.wait(); err != nil {
		return err
	}
	return s.settleRegistration(ctx, x, counted)
}

// countRegistration adds to a round trip what counts a registration. settleRegistration must follow it.
func (s *Service) countRegistration(trip *roundTrip, ctx context.Context, x *exchange) *registration {
	r := &registration{tallies: x.tallies(s.clock())}
	r.refused = make([]error, len(r.tallies))
	for i, t := range r.tallies {
		trip.do(func() error { r.refused[i] = s.addTo(ctx, t, 1); return nil })
	}
	return r
}

// settleRegistration makes a registration that was counted the request's. One that a tally has refused counts in none:
// else an address that is at its limit would use up that of the mini-program.
//
// Errors: those of reserveRegistration.
func (s *Service) settleRegistration(ctx context.Context, x *exchange, r *registration) error {
	x.registration = r
	err := errors.Join(r.refused...)
	if err != nil {
		s.giveRegistrationBack(x)
		_ = x.trail.roundTrip(ctx).wait() // a failure is a lapse
	}
	return err
}

// giveRegistrationBack makes the request's registration not count, if it has counted one, beside its next round trip. If that fails
// it stays counted.
func (s *Service) giveRegistrationBack(x *exchange) {
	r := x.registration
	if x.registration = nil; r == nil {
		return
	}
	x.trail.beside = func(ctx context.Context) error {
		var steps []func() error
		for i, t := range r.tallies {
			if r.refused[i] == nil {
				steps = append(steps, func() error { return s.addTo(ctx, t, -1) })
			}
		}
		x.trail.lapse(together(steps...))
		return nil
	}
}

// tallies are those of the mini-program and of the caller's address.
func (x *exchange) tallies(now time.Time) []tally {
	hour := now.Truncate(time.Hour)
	named := func(limit int, parts ...string) tally {
		parts = append(parts, strconv.FormatInt(hour.Unix(), 10))
		return tally{"tally#" + x.secret.Hash("registrations", parts...), limit, hour.Add(time.Hour)}
	}
	all := []tally{named(registrationsOfApp, x.AppID)}
	if !x.caller.SharedAddress && x.caller.Address != "" {
		all = append(all, named(registrationsOfAddress, x.AppID, x.caller.Address))
	}
	return all
}

// addTo adds one to a tally, or takes one away.
//
// Errors: TooManyRegistrations if it is at its limit; and what the store answers.
func (s *Service) addTo(ctx context.Context, t tally, one int) error {
	lane, leave, err := s.lanes.enter(ctx, t.name)
	if err != nil {
		return Unavailable(err)
	}
	defer leave()
	known := lane.record
	for range tallySwaps {
		n, _ := strconv.Atoi(string(known.Value)) // "" is 0
		if n += one; n > t.limit {
			return &Error{Code: TooManyRegistrations, RetryAfter: max(time.Second, t.end.Sub(s.clock())), Cause: errTallyFull}
		}
		next := Record{Version: NewID(), Value: []byte(strconv.Itoa(max(0, n))), ExpiresAt: t.end.Add(time.Minute)}
		stored, err := s.Store.SwapRecord(ctx, t.name, known.Version, next)
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
