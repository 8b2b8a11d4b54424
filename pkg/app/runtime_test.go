package app

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestRuntimeFitsTheMemory(t *testing.T) {
	const memorySize = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
	for name, row := range map[string]struct {
		settings          map[string]string
		hashes            bool
		processors, limit int // the limit in MB, 0 for none
		percent           int
	}{
		"a share of a processor":       {map[string]string{memorySize: "256"}, false, 1, 192, garbage},
		"a share, for hashes":          {map[string]string{memorySize: "256"}, true, 1, 0, 100},
		"a whole one":                  {map[string]string{memorySize: "1769"}, false, 1, 1326, garbage},
		"more than one":                {map[string]string{memorySize: "1770"}, false, 2, 1327, garbage},
		"more than there are":          {map[string]string{memorySize: "10240"}, false, 4, 7680, garbage},
		"not Lambda":                   {nil, false, 4, 0, 100},
		"processors are set":           {map[string]string{memorySize: "256", "GOMAXPROCS": "4"}, false, 4, 192, garbage},
		"garbage is set":               {map[string]string{memorySize: "256", "GOGC": "100"}, false, 1, 0, 100},
		"a limit of all memory is set": {map[string]string{memorySize: "256", "GOMEMLIMIT": "1GiB"}, false, 1, 0, 100},
	} {
		t.Run(name, func(t *testing.T) {
			processors, percent, limit := runtime.GOMAXPROCS(4), debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
			fitRuntime(getenv(row.settings), row.hashes)
			gotProcessors, gotPercent, gotLimit := runtime.GOMAXPROCS(processors), debug.SetGCPercent(percent), debug.SetMemoryLimit(limit)
			want := int64(row.limit) << 20
			if row.limit == 0 {
				want = math.MaxInt64
			}
			if gotProcessors != row.processors || gotPercent != row.percent || gotLimit>>20 != want>>20 {
				t.Errorf("%d processors, %d percent, %d bytes", gotProcessors, gotPercent, gotLimit)
			}
		})
	}
}
