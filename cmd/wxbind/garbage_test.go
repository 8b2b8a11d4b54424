package main

import (
	"math"
	"runtime/debug"
	"testing"
)

// The program chooses how often garbage is collected, unless the operator does.
func TestCollectLess(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(limit)
	defer debug.SetGCPercent(percent)
	for set, want := range map[string]struct {
		percent int
		limit   int64
	}{
		"":           {400, (32 + 3*38) << 20},
		"GOGC":       {100, math.MaxInt64},
		"GOMEMLIMIT": {100, math.MaxInt64},
	} {
		collectLess(func(name string) string {
			if name == set {
				return "1"
			}
			return ""
		}, 3)
		if gotPercent, gotLimit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64); gotPercent != want.percent || gotLimit != want.limit {
			t.Errorf("with %q set: %d percent, and %d bytes", set, gotPercent, gotLimit)
		}
	}
}
