package login

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// roundTrip is what a request asks of the stores at the same time. wait runs its steps at once, waits for
// all of them, and adds the time to the trail's Store.
type roundTrip struct {
	trail *Trail
	steps []func() error
	// refused is the error of the trail's beside.
	refused error
}

// roundTrip begins a round trip to the stores. The first one after an exchange also stores the record for
// repeats of the request; for a repeat, it counts it, and fails if it is one too many.
func (t *Trail) roundTrip(ctx context.Context) *roundTrip {
	trip := &roundTrip{trail: t}
	if beside := t.beside; beside != nil {
		t.beside = nil
		trip.do(func() error { trip.refused = beside(ctx); return trip.refused })
	}
	return trip
}

// do adds a step. If it fails, the request fails.
func (r *roundTrip) do(step func() error) { r.steps = append(r.steps, step) }

// try adds a step. If it fails, the request goes on, and the trail has a lapse.
func (r *roundTrip) try(step func() error) {
	r.do(func() error { r.trail.lapse(step()); return nil })
}

// read adds a step whose result goes into a variable, even with an error.
func read[T any](r *roundTrip, into *T, step func() (T, error)) {
	r.do(func() (err error) { *into, err = step(); return err })
}

// wait runs the steps and joins their errors in the order of the steps.
func (r *roundTrip) wait() error {
	err := timed(&r.trail.Store, func() error { return together(r.steps...) })
	if r.refused != nil {
		return r.refused
	}
	return err
}

// timed adds the time that a call takes to waited.
func timed(waited *time.Duration, call func() error) error {
	began := time.Now()
	defer func() { *waited += time.Since(began) }()
	return call()
}

// timedRead is timed for a call with a result.
func timedRead[T any](waited *time.Duration, call func() (T, error)) (result T, err error) {
	err = timed(waited, func() error { result, err = call(); return err })
	return result, err
}

// together runs the steps at the same time, waits for all, and joins their errors in the order of the
// steps. The last one runs on the caller's own goroutine, whose stack has already grown. A panic of one of
// several becomes an error, since a caller cannot recover from another goroutine's panic; then the other
// errors are dropped.
func together(steps ...func() error) error {
	switch len(steps) {
	case 0:
		return nil
	case 1:
		return steps[0]()
	}
	errs, panics := make([]error, len(steps)), make([]error, len(steps))
	run := func(i int) {
		defer func() {
			if p := recover(); p != nil {
				panics[i] = Panicked(p)
			}
		}()
		errs[i] = steps[i]()
	}
	last := len(steps) - 1
	var wg sync.WaitGroup
	for i := range last {
		wg.Go(func() { run(i) })
	}
	run(last)
	wg.Wait()
	if err := errors.Join(panics...); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// Panicked turns what recover returned into an error. It has the type and the stack but not the value,
// which may quote a secret.
func Panicked(p any) error {
	return fmt.Errorf("panic of type %T at %s", p, debug.Stack())
}

// pause waits for d, or fails with the context's error if that ends first.
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
