package app

import (
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

const (
	// wholeProcessor is the memory in MB at which Lambda gives a running function one whole processor. With less memory
	// the share is proportional.
	// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
	wholeProcessor = 1769
	// garbage is how much garbage there may be, in percent of what is in use. Go's default is 100.
	garbage = 400
	// settled is how long after a start fitRuntime is called. By then the first request waits for WeChat or a table.
	settled = 10 * time.Millisecond
)

// fitRuntime fits Go's runtime to what Lambda gives a running function. A starting function has more. What the operator
// has set stays. A function that hashes passwords collects garbage as always, because its garbage is large. See
// docs/decisions/runtime-for-a-share.md.
func fitRuntime(getenv func(string) string, hashes bool) {
	memory, err := strconv.Atoi(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil {
		return // it is not Lambda
	}
	processors := (memory + wholeProcessor - 1) / wholeProcessor
	if getenv("GOMAXPROCS") == "" && 0 < processors && processors < runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(processors)
	}
	if !hashes && getenv("GOGC") == "" && getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(memory) << 20 * 3 / 4) // for the largest of requests
		debug.SetGCPercent(garbage)
	}
}
