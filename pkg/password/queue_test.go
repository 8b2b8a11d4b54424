package password

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// slow is a Hasher with two processors, on which work takes so many times its effort. Time is synctest's.
func slow(times time.Duration) (h *Hasher, hashed *atomic.Int32) {
	h, hashed = New(Config{Parallel: 2}), new(atomic.Int32)
	h.verify = func(v verifier, _ login.Hidden) (ok, outdated bool) {
		hashed.Add(1)
		time.Sleep(times * v.effort())
		return false, false
	}
	return h, hashed
}

// Of 600 binds at once as many are hashed as two processors can hash in the time, and all of those are in time. The
// others are told so before any time has passed.
func TestAsManyAreHashedAsThereIsTimeFor(t *testing.T) {
	for name, c := range map[string]struct {
		kinds []string
		// limit is the time of each request, in hashes as Verify makes them.
		limit float64
		want  int
	}{
		"a hundred":               {nil, 100.5, 200},
		"not quite a hundred":     {nil, 99.9, 198},
		"one":                     {nil, 1.1, 2},
		"not quite one":           {nil, 0.9, 0},
		"of two kinds, a hundred": {[]string{"bcrypt 10"}, 100.1, 200},
		"more than there are":     {nil, 1000, 600},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, hashed := slow(1)
				work, err := workOf(today.decoy(), c.kinds)
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(c.limit*float64(effortOf(work))))
				defer cancel()
				var done atomic.Int32
				var binds sync.WaitGroup
				for range 600 {
					binds.Go(func() {
						_, _, err := h.Verify(ctx, "", "any", c.kinds)
						switch {
						case err == nil && ctx.Err() == nil:
							done.Add(1)
						case !errors.Is(err, login.Overloaded) || errors.Is(err, login.ErrUndecided):
							t.Errorf("got %v at the end of the time", err)
						case !time.Now().Equal(begin):
							t.Errorf("turned away after %v", time.Since(begin))
						}
					})
				}
				binds.Wait()
				if int(done.Load()) != c.want || int(hashed.Load()) != c.want*len(work) {
					t.Errorf("%d were done, with %d hashes; want %d", done.Load(), hashed.Load(), c.want)
				}
			})
		})
	}
}

// On a machine that is three times as slow as it seemed, the first to come are let in for nothing. They are turned away
// when it shows, and not hashed. After that it is known.
func TestTimeIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, hashed := slow(3)
		all := func() (done int32) {
			ctx, cancel := context.WithTimeout(t.Context(), 91*today.effort())
			defer cancel()
			var n atomic.Int32
			var binds sync.WaitGroup
			for range 600 {
				binds.Go(func() {
					_, _, err := h.Verify(ctx, "", "any", nil)
					if err == nil && ctx.Err() == nil {
						n.Add(1)
					} else if !errors.Is(err, login.Overloaded) {
						t.Errorf("got %v at the end of the time", err)
					}
				})
			}
			binds.Wait()
			return n.Load()
		}
		if done := all(); done != 60 || hashed.Load() != 60 {
			t.Errorf("%d were done with %d hashes; want 60, which is what there was time for", done, hashed.Load())
		}
		begin := time.Now()
		if all(); time.Since(begin) > 91*today.effort() {
			t.Errorf("it took %v", time.Since(begin))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*today.effort())
		defer cancel()
		if _, _, err := h.Verify(ctx, "", "any", nil); !errors.Is(err, login.Overloaded) || hashed.Load() != 120 {
			t.Errorf("with the time for two thirds of a hash: %v; %d hashes", err, hashed.Load())
		}
	})
}

// Whoever is turned away is told when the work ahead is done.
func TestTurnedAwayAreToldWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := slow(1)
		var binds sync.WaitGroup
		for range 1000 {
			binds.Go(func() { _, _, _ = h.Verify(t.Context(), "", "any", nil) })
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := h.Verify(ctx, "", "any", nil)
		if e := login.AsError(err); e.Code != login.Overloaded || e.RetryAfter != 500*today.effort() {
			t.Errorf("got %v, retry after %v; want %v", err, e.RetryAfter, 500*today.effort())
		}
		binds.Wait()
	})
}

// A machine that slept in the middle of a hash does not turn everybody away for good.
func TestOneBadMeasurementIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := slow(1)
		h.slowness = 1e6
		for try := range 30 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, _, err := h.Verify(ctx, "", "any", nil)
			cancel()
			if err == nil {
				return
			}
			if try == 29 {
				t.Errorf("still turned away: %v", err)
			}
		}
	})
}

// Work that was let in and given up before its turn is no longer ahead of anybody.
func TestWorkThatIsGivenUpIsNotAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := slow(1)
		var binds sync.WaitGroup
		for range 2 {
			binds.Go(func() { _, _, _ = h.Verify(t.Context(), "", "any", nil) })
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		for range 100 {
			binds.Go(func() {
				if _, _, err := h.Verify(ctx, "", "any", nil); !errors.Is(err, login.Overloaded) {
					t.Errorf("given up: %v", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		binds.Wait()
		soon, cancel := context.WithTimeout(t.Context(), 2*today.effort())
		defer cancel()
		if _, _, err := h.Verify(soon, "", "any", nil); err != nil {
			t.Errorf("the next: %v", err)
		}
	})
}

// Load says what is being hashed and what waits, and nothing once all has ended or was turned away.
func TestLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := slow(1)
		load := func(when string, hashing, waiting int) {
			t.Helper()
			synctest.Wait()
			if gotHashing, gotWaiting := h.Load(); gotHashing != hashing || gotWaiting != waiting {
				t.Errorf("%s: %d hashing and %d waiting, want %d and %d", when, gotHashing, gotWaiting, hashing, waiting)
			}
		}
		load("before", 0, 0)
		leaving, leave := context.WithCancel(t.Context())
		for i := range 5 {
			ctx := t.Context()
			if i == 4 {
				ctx = leaving
			}
			go h.Verify(ctx, "", "any", nil)
			synctest.Wait()
		}
		load("five", 2, 3)
		leave()
		load("one has left", 2, 2)
		late, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
		defer cancel()
		if _, _, err := h.Verify(late, "", "any", nil); !errors.Is(err, login.Overloaded) {
			t.Errorf("got %v", err)
		}
		load("one was turned away", 2, 2)
		time.Sleep(today.effort())
		load("two are done", 2, 0)
		time.Sleep(time.Minute)
		load("after", 0, 0)
	})
}
