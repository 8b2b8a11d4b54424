package outbox

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// pollEvery is how often a Worker asks what waits: also what commands in other processes have written.
	pollEvery = time.Second
	// measureEvery is how often it counts who waits, for its Stats and its log.
	measureEvery = 10 * time.Second
	// page is how many users it reads at once.
	page = 200
	// parallel is how many users are delivered to the platform at the same time.
	parallel = 4
	// manyFailures in a row mean that the receiver is down, and not that it refuses what is about one user. Then no more users than
	// that are tried at once.
	manyFailures = 3
	// stopTime is how long what is under way may still take once a Worker is told to stop.
	stopTime = 3 * time.Second
)

// Overdue is how long a notice may wait before somebody should look.
const Overdue = time.Hour

// Stats say how a Worker is doing.
type Stats struct {
	// Users is how many users have notices that wait, and Oldest since when the oldest of them does; zero if there are none. They are
	// up to 10 seconds old.
	Users  int
	Oldest time.Time
	// Delivered counts the notices that were taken, and Failed the deliveries that were not, since the start.
	Delivered, Failed uint64
}

// Worker delivers what waits for as long as it runs. What is not taken is tried again: after 1 second at first, and after up to 5
// minutes later. A user whose notices are refused stops no other. A receiver that is down is asked about three users at a time, with
// pauses of up to 30 seconds. Once it is well, everybody is tried at once.
//
// The log has a line when something is not taken, and another when all that was not taken has been; an error when something has
// waited for an hour, and a line when nothing has any more.
type Worker struct {
	outbox login.Outbox
	sender Sender

	mu    sync.Mutex
	stats Stats
	// late are the users who were not delivered when they were tried.
	late map[string]pause
	// busy are the users who are being delivered.
	busy map[string]bool
	// failures counts those in a row, of whichever users. receiver is the pause of all while there are manyFailures.
	failures int
	receiver pause
	// unread and overdue say that the log has it.
	unread, overdue bool

	// tries are those of all, which outlive a round: a user whose notices take long stops no other.
	tries errgroup.Group
}

// NewWorker makes a Worker, to be Run once.
func NewWorker(from login.Outbox, to Sender) *Worker {
	w := &Worker{outbox: from, sender: to, late: map[string]pause{}, busy: map[string]bool{}}
	w.tries.SetLimit(parallel)
	return w
}

// Stats say how it is doing.
func (w *Worker) Stats() Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stats
}

// Run delivers until the context ends, and then waits for what is under way, for at most 6 seconds.
func (w *Worker) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(stopTime):
			cancel()
		case <-work.Done():
		}
	})()
	defer w.tries.Wait() //nolint:errcheck // none fails
	var measured time.Time
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		w.note(ctx, w.round(ctx, work))
		if time.Since(measured) >= measureEvery {
			w.note(ctx, w.measure(ctx))
			measured = time.Now()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round tries everybody whose time it is, or some while the receiver is down. It begins nothing once ctx has ended; work is
// the context of what it has begun.
//
// Errors: those of the outbox.
func (w *Worker) round(ctx, work context.Context) error {
	w.mu.Lock()
	down, wait := w.failures >= manyFailures, time.Until(w.receiver.end)
	w.mu.Unlock()
	if down {
		if wait > 0 {
			return nil
		}
		if err := w.some(ctx, work); err != nil || w.down() {
			return err
		}
	}
	return w.all(ctx, work)
}

// some tries a few users, to see whether the receiver is well again.
func (w *Worker) some(ctx, work context.Context) error {
	few, err := w.few(ctx)
	if err != nil || len(few) == 0 {
		return err
	}
	for _, id := range few {
		if ctx.Err() != nil {
			return nil
		}
		if !w.begin(id) {
			continue
		}
		w.deliver(work, id)
		if w.end(id); !w.down() {
			return nil
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receiver.lengthen(maxReceiverPause)
	return nil
}

// few chooses whom to try: first those who have never failed, since the others may be why the receiver seems to be down, and then
// those whose pause has been over for longest.
func (w *Worker) few(ctx context.Context) (few []string, err error) {
	users, err := w.outbox.Waiting(ctx, "", page)
	var due []string
	for err == nil && len(users) > 0 && len(few) < manyFailures {
		w.mu.Lock()
		for _, u := range users {
			if p, late := w.late[u.UserID]; w.busy[u.UserID] {
				continue
			} else if !late {
				few = append(few, u.UserID)
			} else if !time.Now().Before(p.end) {
				due = append(due, u.UserID)
			}
		}
		slices.SortFunc(due, func(a, b string) int { return w.late[a].end.Compare(w.late[b].end) })
		w.mu.Unlock()
		due = due[:min(len(due), manyFailures)]
		users, err = w.outbox.Waiting(ctx, users[len(users)-1].UserID, page)
	}
	few = append(few, due...)
	return few[:min(len(few), manyFailures)], err
}

// all begins to try everybody whose time it is, until the receiver is down.
func (w *Worker) all(ctx, work context.Context) error {
	for after := ""; ; {
		users, err := w.outbox.Waiting(ctx, after, page)
		if err != nil || len(users) == 0 {
			return err
		}
		for _, u := range users {
			after = u.UserID
			if w.pauses(ctx) {
				return nil
			}
			if !w.begin(u.UserID) {
				continue
			}
			w.tries.Go(func() error {
				defer w.end(u.UserID)
				if !w.pauses(ctx) { // since it may have waited for its turn
					w.deliver(work, u.UserID)
				}
				return nil
			})
		}
	}
}

// deliver tries one user.
func (w *Worker) deliver(ctx context.Context, userID string) {
	delivered, err := Deliver(ctx, w.outbox, w.sender, userID)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stats.Delivered += uint64(delivered) //nolint:gosec // a count is never negative
	if err == nil {
		w.recovered(ctx, userID)
		if delivered > 0 { // else somebody else has delivered them, which says nothing of the receiver
			w.well()
		}
		return
	}
	w.stats.Failed++
	if len(w.late) == 0 {
		slog.WarnContext(ctx, "notices are not delivered: they wait, and are sent again", "userId", userID, "error", err.Error())
	}
	p := w.late[userID]
	p.lengthen(maxPause)
	w.late[userID] = p
	if w.failures++; w.failures == manyFailures {
		w.receiver.lengthen(maxReceiverPause)
	}
}

// recovered notes that nothing of a user waits any longer.
func (w *Worker) recovered(ctx context.Context, userID string) {
	if _, late := w.late[userID]; !late {
		return
	}
	if delete(w.late, userID); len(w.late) == 0 {
		slog.InfoContext(ctx, "notices are delivered again")
	}
}

// well notes that the receiver has taken something: if it was down, nobody needs to wait any longer.
func (w *Worker) well() {
	if w.failures >= manyFailures {
		for id, p := range w.late {
			p.end = time.Time{}
			w.late[id] = p
		}
	}
	w.failures, w.receiver = 0, pause{}
}

// down says whether the receiver is.
func (w *Worker) down() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failures >= manyFailures
}

// pauses says that nothing more is to be begun: the worker ends, or the receiver is down.
func (w *Worker) pauses(ctx context.Context) bool { return ctx.Err() != nil || w.down() }

// begin says whether a user may be tried now, and then nobody else tries them until end.
func (w *Worker) begin(userID string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[userID] || time.Now().Before(w.late[userID].end) {
		return false
	}
	w.busy[userID] = true
	return true
}

func (w *Worker) end(userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.busy, userID)
}
