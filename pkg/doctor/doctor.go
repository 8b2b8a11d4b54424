// Package doctor finds out whether a deployment is well: what wxbind needs of its
// settings, its secret, WeChat, its tables and its files. It changes nothing.
//
// Like pkg/app it knows the adapters. Only the command for people uses it.
package doctor

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// Status is how a check came out.
type Status string

const (
	// OK: as it should be.
	OK Status = "ok"
	// Warn: it works, and somebody should look at it.
	Warn Status = "warn"
	// Fail: logins fail, or will, or what is kept is in danger.
	Fail Status = "FAIL"
	// Skip: it was not checked, because of what another line says.
	Skip Status = "skip"
)

// Finding is the outcome of one check: a line of the report.
type Finding struct {
	// Check names what was checked.
	Check  string `json:"check"`
	Status Status `json:"status"`
	// Says is what was found, without any secret.
	Says string `json:"says"`
	// Do is what to do about it; "" when there is nothing to do.
	Do string `json:"do,omitempty"`
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

// Check finds something out, in one finding or more.
type Check struct {
	// Timeout bounds Run; 0 means defaultTimeout.
	Timeout time.Duration
	// Run obeys its context.
	Run func(context.Context) []Finding
}

// Known is a check that has been made already.
func Known(f Finding) Check {
	return Check{Run: func(context.Context) []Finding { return []Finding{f} }}
}

// defaultTimeout is enough for three attempts at AWS, and for two calls of WeChat.
const defaultTimeout = 10 * time.Second

// Run carries out the checks at the same time, each within its time, and gives the
// findings in the order of the checks.
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
