package main

import "runtime/debug"

const (
	// garbage is how much garbage there may be, in percent of what is in use. Go's default is 100. A server has a megabyte
	// or two in use, so by default it collects its garbage after every thirtieth login.
	garbage = 400
	// unhashed is the memory in which everything but the hashing of passwords has room, and hashing what one hash takes with
	// the garbage of the one before.
	unhashed, hashing = 32 << 20, 2 * 19 << 20
)

// collectLess makes Go collect garbage less often, as long as it takes little memory. What the operator has set stays.
func collectLess(getenv func(string) string, hashes int) {
	if getenv("GOGC") == "" && getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(unhashed + int64(hashes)*hashing)
		debug.SetGCPercent(garbage)
	}
}
