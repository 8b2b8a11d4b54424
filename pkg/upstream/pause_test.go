package upstream_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

func TestPause(t *testing.T) {
	const wait, spare = 200 * time.Millisecond, 500 * time.Millisecond
	for name, row := range map[string]struct {
		deadline, cancel time.Duration // after which the context ends; 0 for never
		pauses           bool
		takes            time.Duration
	}{
		"without an end":               {0, 0, true, wait},
		"time enough":                  {wait + spare, 0, true, wait},
		"too little time for the rest": {wait + spare - 1, 0, false, 0},
		"cancelled meanwhile":          {0, wait / 2, false, wait / 2},
		"ended before":                 {0, -1, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if row.deadline > 0 {
					ctx, cancel = context.WithTimeout(ctx, row.deadline)
					defer cancel()
				}
				if row.cancel < 0 {
					cancel()
				} else if row.cancel > 0 {
					time.AfterFunc(row.cancel, cancel)
				}
				begun := time.Now()
				if pauses := upstream.Pause(ctx, wait, spare); pauses != row.pauses || time.Since(begun) != row.takes {
					t.Errorf("%v after %v, want %v after %v", pauses, time.Since(begun), row.pauses, row.takes)
				}
			})
		})
	}
}

// An immediate retry is no way around a context that has ended.
func TestNoPauseOfAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if upstream.Pause(ctx, 0, 0) {
			t.Fatal("it goes on")
		}
	}
}

func TestJitter(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 1000 {
		d := upstream.Jitter(time.Second)
		if seen[d] = true; d < time.Second/2 || d >= time.Second {
			t.Fatalf("got %v", d)
		}
	}
	if len(seen) < 2 {
		t.Error("it is no chance")
	}
}
