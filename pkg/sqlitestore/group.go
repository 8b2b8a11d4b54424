package sqlitestore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/wxbind/wxbind/pkg/login"
)

// groups commits writes that wait at the same time in one transaction. A commit waits for the disk, which takes longer
// than the writes themselves. Whoever comes when nobody writes leads a group: takes the write lock, does what is
// waiting by then, commits once, and passes the lead on to one of those who have come meanwhile.
type groups struct {
	writer *pool // one connection
	// sweep cleans up in the transaction of that many writes, from where the last sweep has ended. The leader has swept.
	sweep func(tx *conn, last int64, writes int) (reached int64, err error)
	swept int64

	mu sync.Mutex
	// waiting are the writes that nobody has taken, with the leader's own until then. leader is nil while nobody
	// writes.
	waiting []*groupedWrite
	leader  *groupedWrite
}

// groupMost bounds a group, so that its first write does not wait long for its last.
const groupMost = 64

// groupedWrite is one write, which may share its transaction with others. Only one goroutine at a time touches it.
type groupedWrite struct {
	ctx context.Context
	do  func(tx *conn) error
	// sound says that do refuses before it writes, and does not look at the context: it needs no savepoint.
	sound bool
	err   error
	// told gets true if the write is to lead, and false when it is done.
	told chan bool
}

// write runs a write that excludes all others.
func (g *groups) write(w *groupedWrite) error {
	ctx := w.ctx
	if err := ctx.Err(); err != nil {
		return failed(ctx, err)
	}
	w.told = make(chan bool, 1)
	lead := g.join(w)
	if !lead {
		select {
		case lead = <-w.told:
		case <-ctx.Done():
			if g.leave(w) {
				return failed(ctx, ctx.Err())
			}
			lead = <-w.told // somebody has taken it
		}
	}
	if lead {
		g.lead(w)
	}
	return w.err
}

// join lets a write wait, and reports whether it leads.
func (g *groups) join(w *groupedWrite) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, w)
	if g.leader != nil {
		return false
	}
	g.leader = w
	return true
}

// leave gives a write up, and the lead if it has that. It reports false if somebody has taken the write.
func (g *groups) leave(w *groupedWrite) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, w)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	if g.leader == w {
		g.pass()
	}
	return true
}

// pass makes the write that has waited longest the leader. The caller has the lock.
func (g *groups) pass() {
	g.leader = nil
	if len(g.waiting) > 0 {
		g.leader = g.waiting[0]
		g.leader.told <- true
	}
}

// lead does the leader's write, and with it those that wait by the time that nobody else has the lock on the file.
func (g *groups) lead(w *groupedWrite) {
	tx, err := g.begin(w.ctx)
	if err != nil {
		g.leave(w)
		w.err = failed(w.ctx, err)
		return
	}
	g.mu.Lock()
	n := min(len(g.waiting), groupMost)
	group := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	g.mu.Unlock()

	g.commit(tx, group)
	g.writer.give(tx)
	g.mu.Lock()
	g.pass()
	g.mu.Unlock()
	for _, done := range group {
		if done != w {
			done.told <- false
		}
	}
}

// begin takes the write lock on the file as soon as no other process has it.
func (g *groups) begin(ctx context.Context) (*conn, error) {
	tx, err := g.writer.take(ctx)
	if err != nil {
		return nil, err
	}
	err = patiently(ctx, func() error {
		_, err := tx.changes(ctx, "BEGIN IMMEDIATE")
		return err
	})
	if err != nil {
		tx.broken = code(err) != 0 && !busy(err)
		g.writer.give(tx)
		return nil, err
	}
	return tx, nil
}

// commit does the writes of a group in the transaction that has begun. If that fails as a whole all writes fail, also
// one that was refused, since it has seen those before it. So they do after a panic here: nobody knows what was written.
func (g *groups) commit(tx *conn, group []*groupedWrite) {
	defer func() {
		if p := recover(); p != nil {
			tx.broken = true
			failAll(group, login.Panicked(p))
		}
	}()
	for _, w := range group {
		if err := w.within(tx, len(group) == 1); err != nil {
			tx.rollback()
			failAll(group, err)
			return
		}
	}
	if len(group) == 1 && group[0].err != nil {
		tx.rollback()
		return
	}
	reached, err := g.sweep(tx, g.swept, len(group))
	if err == nil {
		err = tx.run("COMMIT")
	}
	if err != nil {
		tx.rollback()
		failAll(group, err)
		return
	}
	g.swept = reached
}

// failAll fails the writes of a group for one reason.
func failAll(group []*groupedWrite, err error) {
	for _, w := range group {
		w.fail(err)
	}
}

// within does the write in the group's transaction. If it is not alone there, what it has written is undone if it fails.
//
// Errors: SQLite's, if the transaction cannot go on.
func (w *groupedWrite) within(tx *conn, alone bool) error {
	if err := w.ctx.Err(); err != nil {
		w.fail(err)
		return nil
	}
	switch {
	case alone:
		w.fail(w.recovered(tx))
		return nil
	case w.sound:
		err := w.do(tx)
		if _, no := errors.AsType[answer](err); !no {
			return err
		}
		w.fail(err)
		return nil
	}
	if err := tx.run("SAVEPOINT one"); err != nil {
		return err
	}
	if err := w.recovered(tx); err != nil {
		w.fail(err)
		if err := tx.run("ROLLBACK TO one"); err != nil {
			return err
		}
	}
	return tx.run("RELEASE one")
}

// fail notes the error of the write, unless it is nil.
func (w *groupedWrite) fail(err error) {
	if err != nil {
		w.err = failed(w.ctx, err)
	}
}

// recovered does the write. A panic becomes an error, since it must not end somebody else's request.
func (w *groupedWrite) recovered(tx *conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = answer{login.Panicked(p)}
		}
	}()
	return w.do(tx)
}
