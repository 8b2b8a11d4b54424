// Package doctor checks whether a deployment is healthy: what wxbind needs of its settings, its secret, WeChat, its
// tables and its files. It changes nothing.
//
// Like pkg/app it knows the adapters. Only the wxbind command uses it.
package doctor

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// Status is the result of a check.
type Status string

const (
	// OK: as it should be.
	OK Status = "ok"
	// Warn: it works, but somebody should look at it.
	Warn Status = "warn"
	// Fail: logins fail or will fail, or stored data is in danger.
	Fail Status = "FAIL"
	// Skip: not checked, because of what another line says.
	Skip Status = "skip"
)

// Finding is the outcome of one check: a line of the report.
type Finding struct {
	// Check names what was checked.
	Check  string `json:"check"`
	Status Status `json:"status"`
	// Says is what was found. It contains no secret.
	Says string `json:"says"`
	// Do is what to do about it; "" if nothing.
	Do string `json:"do,omitempty"`
	// Cause is an error whose text Says quotes; nil if there is none. A program for people may have other words for it.
	Cause error `json:"-"`
}

// because adds the error that the finding quotes.
func (f Finding) because(err error) Finding {
	f.Cause = err
	return f
}

func ok(check, says string) Finding {
	return Finding{Check: check, Status: OK, Says: says}
}

func warn(check, says, do string) Finding {
	return Finding{Check: check, Status: Warn, Says: says, Do: do}
}

func fail(check, says, do string) Finding {
	return Finding{Check: check, Status: Fail, Says: says, Do: do}
}

func skip(check, says string) Finding {
	return Finding{Check: check, Status: Skip, Says: says}
}

// Check makes one finding or more.
type Check struct {
	// Timeout bounds Run; 0 means defaultTimeout.
	Timeout time.Duration
	// Run obeys its context.
	Run func(context.Context) []Finding
}

// Known is a check whose finding is already known.
func Known(f Finding) Check {
	return Check{Run: func(context.Context) []Finding { return []Finding{f} }}
}

// defaultTimeout is enough for three attempts at AWS, and for two calls of WeChat.
const defaultTimeout = 10 * time.Second

// Run runs the checks concurrently, each within its timeout, and returns the findings in the order of the checks.
func Run(ctx context.Context, checks []Check) []Finding {
	found := make([][]Finding, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, defaultTimeout))
			defer cancel()
			found[i] = c.Run(ctx)
		})
	}
	all.Wait()
	var list []Finding
	for _, f := range found {
		list = append(list, f...)
	}
	return list
}

// Failed counts the findings that are failures.
func Failed(findings []Finding) int {
	n := 0
	for _, f := range findings {
		if f.Status == Fail {
			n++
		}
	}
	return n
}
