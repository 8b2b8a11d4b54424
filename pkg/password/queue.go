package password

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// queue lets as many hashes run at once as there are processors, in the order in which they came. What cannot be done
// before its deadline it turns away at once, so that no processor works for a request that is lost anyway.
type queue struct {
	slots chan struct{}
	mu    sync.Mutex
	// ahead is the effort of all work that has been let in and is not done yet.
	ahead time.Duration
	// inside is how much work has been let in and is not done yet.
	inside int
	// slowness is how many times its effort work takes here, as measured lately. It begins at 1.
	slowness float64
}

// weight is how much one measurement counts in slowness.
const weight = 1.0 / 8

var errLate = errors.New("the work takes longer than the request has left")

func newQueue(processors int) *queue {
	return &queue{slots: make(chan struct{}, processors), slowness: 1}
}

// enter waits for a processor. Once it has returned nil, leave must be called with the same effort.
//
// Errors: login.Overloaded; see login.Hasher.
func (q *queue) enter(ctx context.Context, effort time.Duration) error {
	if err := q.join(ctx, effort); err != nil {
		return err
	}
	select {
	case q.slots <- struct{}{}:
	case <-ctx.Done():
		q.mu.Lock()
		defer q.mu.Unlock()
		q.ahead -= effort
		q.inside--
		return overloaded(0, ctx.Err())
	}
	// The work ahead may have taken longer than it seemed.
	q.mu.Lock()
	err := q.inTime(ctx, 0, effort)
	q.mu.Unlock()
	if err != nil {
		q.leave(effort, 0, 0)
	}
	return err
}

// join counts work among what is ahead of others, unless it would be done too late.
func (q *queue) join(ctx context.Context, effort time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	rounds := q.ahead / (effort * time.Duration(cap(q.slots)))
	if err := q.inTime(ctx, rounds, effort); err != nil {
		if q.ahead == 0 {
			// One bad measurement, as of a machine that slept, must not turn everybody away for good.
			q.slowness = min(q.slowness, max(1, q.slowness/2))
		}
		return err
	}
	q.ahead += effort
	q.inside++
	return nil
}

// inTime refuses work that would not be done before the context's deadline if it began after so many rounds of such
// work.
func (q *queue) inTime(ctx context.Context, rounds, effort time.Duration) error {
	if err := ctx.Err(); err != nil {
		return overloaded(0, err)
	}
	takes := time.Duration(q.slowness * float64(effort))
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < (rounds+1)*takes {
		return overloaded(rounds*takes, errLate)
	}
	return nil
}

// overloaded refuses work that has not begun. wait is how long the work ahead takes.
func overloaded(wait time.Duration, why error) error {
	err := login.Because(login.Overloaded, fmt.Errorf("password: nothing was hashed: %w", why))
	err.RetryAfter = max(err.RetryAfter, wait)
	return err
}

// Load says how many passwords are being hashed, and how many wait for a processor.
func (q *queue) Load() (hashing, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	hashing = len(q.slots)
	return hashing, max(0, q.inside-hashing) // one that has just ended may still be inside
}

// leave frees the processor. done is the effort of the work that was done, and took how long that took.
func (q *queue) leave(effort, done, took time.Duration) {
	<-q.slots
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ahead -= effort
	q.inside--
	if done > 0 {
		q.slowness += weight * (float64(took)/float64(done) - q.slowness)
	}
}
