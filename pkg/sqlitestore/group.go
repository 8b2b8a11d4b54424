package sqlitestore

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// groups commits writes that wait at the same time in one transaction. A commit waits for the disk, which takes longer
// than the writes themselves: without this, hundreds of logins at once would all wait past their deadlines.
type groups struct {
	// turn is full while somebody writes.
	turn    chan struct{}
	mu      sync.Mutex
	waiting []*groupedWrite
}

// groupMost bounds a group, so that its first write does not wait long for its last.
const groupMost = 64

// groupedWrite is one write, which may share its transaction with others. Only one goroutine at a time touches it.
type groupedWrite struct {
	ctx  context.Context
	do   func(tx *sql.Tx) error
	err  error
	done chan struct{}
}

// write runs a write that excludes all others. Whoever gets the turn does what is waiting, for all.
func (g *groups) write(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	w := &groupedWrite{ctx: ctx, do: do, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	for {
		select {
		case <-w.done:
			return w.err
		case g.turn <- struct{}{}:
			commit(db, g.take()) //nolint:contextcheck // each write of the group has its own
			<-g.turn
		case <-ctx.Done():
			if g.leave(w) {
				return failed(ctx, ctx.Err())
			}
			<-w.done // somebody is writing it
			return w.err
		}
	}
}

// take takes the writes that have waited longest.
func (g *groups) take() []*groupedWrite {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), groupMost)
	group := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	return group
}

// leave gives up a write and says whether that was in time.
func (g *groups) leave(w *groupedWrite) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, w)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// commit does the writes of a group in one transaction. If a caller gives up in the middle of a write, SQLite rolls the
// whole transaction back; then each is done alone. A panic of the driver fails all: nobody knows what was written.
func commit(db *sql.DB, group []*groupedWrite) {
	defer func() {
		p := recover()
		for _, w := range group {
			if p != nil {
				w.err = login.Unavailable(login.Panicked(p))
			}
			close(w.done)
		}
	}()
	if len(group) > 1 && commitAll(db, group) {
		return
	}
	for _, w := range group {
		w.err = transact(w.ctx, db, w.recovered)
	}
}

// commitAll reports whether the group is done. A write that is refused has seen those before it, so if they cannot be
// committed all fail.
func commitAll(db *sql.DB, group []*groupedWrite) bool {
	ctx, cancel := longest(group)
	defer cancel()
	tx, err := db.BeginTx(ctx, nil)
	if err == nil {
		defer tx.Rollback() //nolint:errcheck // no effect after a commit
		for _, w := range group {
			if !w.within(ctx, tx) {
				return false
			}
		}
		err = tx.Commit()
	}
	if err != nil {
		for _, w := range group {
			w.err = failed(w.ctx, err)
		}
	}
	return true
}

// within does the write in a transaction that it shares, and reports whether that can go on.
func (w *groupedWrite) within(ctx context.Context, tx *sql.Tx) bool {
	if err := w.ctx.Err(); err != nil {
		w.err = failed(w.ctx, err) //nolint:contextcheck // its own caller's, not the group's
		return true
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return false
	}
	end := "RELEASE one"
	if w.err = w.recovered(tx); w.err != nil {
		w.err, end = failed(w.ctx, w.err), "ROLLBACK TO one; RELEASE one" //nolint:contextcheck // as above
	}
	_, err := tx.ExecContext(ctx, end)
	return err == nil
}

// longest is a context that ends when the last of the writes' contexts does, for as much as deadlines say.
func longest(group []*groupedWrite) (context.Context, context.CancelFunc) {
	var last time.Time
	for _, w := range group {
		end, ok := w.ctx.Deadline()
		if !ok {
			return context.WithCancel(context.Background())
		}
		if end.After(last) {
			last = end
		}
	}
	return context.WithDeadline(context.Background(), last)
}

// recovered does the write. A panic becomes an error, since it must not end somebody else's request.
func (w *groupedWrite) recovered(tx *sql.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = answer{login.Panicked(p)}
		}
	}()
	return w.do(tx)
}
