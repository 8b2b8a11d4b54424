package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is the load: people who log in, each with codes that nobody has used.
type crowd struct {
	// people is how many there are.
	people int
	// serial tells codes apart. All crowds of a stage have the same, since they share WeChat.
	serial *atomic.Int64
}

func (s *stage) crowd(people int) *crowd { return &crowd{people, &s.serial} }

// latencies are the times of answers, in ascending order.
type latencies []time.Duration

// at returns the time within which that share of the answers came.
func (l latencies) at(share float64) time.Duration {
	return l[min(len(l)-1, int(share*float64(len(l))))]
}

// press keeps a server busy with so many requests in flight until it has given so many answers. It ends at the first
// wrong answer.
func (c *crowd) press(ctx context.Context, addr string, l load) (latencies, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var asked atomic.Int64
	var all latencies
	var mu sync.Mutex
	var workers sync.WaitGroup
	began := time.Now()
	for range l.inFlight {
		workers.Go(func() {
			own, err := c.worker(ctx, addr, func() bool { return asked.Add(1) <= int64(l.answers) })
			if err != nil {
				cancel(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	workers.Wait()
	elapsed := time.Since(began)
	slices.Sort(all)
	return all, elapsed, context.Cause(ctx)
}

// worker sends one request after another over a connection of its own.
func (c *crowd) worker(ctx context.Context, addr string, more func() bool) (latencies, error) {
	var own latencies
	asker := client{addr: addr}
	defer asker.close()
	for more() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		began := time.Now()
		person := rand.N(c.people) //nolint:gosec // who logs in is no secret
		if _, err := asker.checkBind(ctx, person, int(c.serial.Add(1))); err != nil {
			return nil, err
		}
		own = append(own, time.Since(began))
	}
	return own, nil
}
