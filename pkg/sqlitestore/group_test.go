package sqlitestore

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// grouped runs writes that all wait at the same time, and returns their errors in their order. Each do gets a context of
// its own, which it may end.
func grouped(t *testing.T, s *Store, writes ...func(ctx context.Context, end context.CancelFunc, tx *conn) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	release := s.groups.hold()
	var all sync.WaitGroup
	for i, do := range writes {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		all.Go(func() { errs[i] = s.write(ctx, func(tx *conn) error { return do(ctx, cancel, tx) }) })
		for s.waiting() <= i { // until it waits
			time.Sleep(time.Millisecond)
		}
	}
	release()
	all.Wait()
	return errs
}

// hold writes until the returned function is called.
func (g *groups) hold() (release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leader = &groupedWrite{}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.pass()
	}
}

func (s *Store) waiting() int {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	return len(s.groups.waiting)
}

func opened(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "wxbind.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(name string) func(context.Context, context.CancelFunc, *conn) error {
	return func(ctx context.Context, _ context.CancelFunc, tx *conn) error {
		return putRecord(ctx, tx, name, login.Record{Version: "1", ExpiresAt: time.Now().Add(time.Hour)})
	}
}

func TestWritesThatWaitShareACommit(t *testing.T) {
	s := opened(t)
	txs := map[*conn]bool{}
	note := func(_ context.Context, _ context.CancelFunc, tx *conn) error { txs[tx] = true; return nil }
	if err := errors.Join(grouped(t, s, note, note, note)...); err != nil {
		t.Fatal(err)
	}
	if len(txs) != 1 {
		t.Errorf("three writes took %d transactions", len(txs))
	}
}

// Whatever becomes of one write of a group, the others are done, and nothing of it stays.
func TestWriteOfAGroupStandsAlone(t *testing.T) {
	refusal := errors.New("no")
	for name, c := range map[string]struct {
		do   func(ctx context.Context, end context.CancelFunc, tx *conn) error
		want error
	}{
		"a refusal": {func(ctx context.Context, end context.CancelFunc, tx *conn) error {
			return errors.Join(put("in vain")(ctx, end, tx), answer{refusal})
		}, refusal},
		"a failure": {func(ctx context.Context, end context.CancelFunc, tx *conn) error {
			_ = put("in vain")(ctx, end, tx)
			_, err := tx.change(ctx, "INSERT INTO nowhere VALUES (1)")
			return err
		}, login.StoreUnavailable},
		"a caller who gives up": {func(ctx context.Context, end context.CancelFunc, tx *conn) error {
			end()
			return put("in vain")(ctx, end, tx)
		}, login.StoreUnavailable},
		"a caller who gives up in the middle": {func(ctx context.Context, end context.CancelFunc, tx *conn) error {
			_ = put("in vain")(ctx, end, tx)
			end()
			return put("as well")(ctx, end, tx)
		}, context.Canceled},
		"a panic": {func(ctx context.Context, end context.CancelFunc, tx *conn) error {
			_ = put("in vain")(ctx, end, tx)
			panic("S3CRET")
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t)
			errs := grouped(t, s, put("before"), c.do, put("after"))
			if errs[0] != nil || errs[2] != nil {
				t.Errorf("the others: %v, %v", errs[0], errs[2])
			}
			if errs[1] == nil || c.want != nil && !errors.Is(errs[1], c.want) {
				t.Errorf("got %v, want %v", errs[1], c.want)
			}
			for name, want := range map[string]error{"before": nil, "after": nil, "in vain": login.ErrRecordNotFound} {
				if _, err := s.LoadRecord(t.Context(), name); !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", name, err, want)
				}
			}
		})
	}
}

// Whoever waits for others no longer than their own deadline allows.
func TestWriteThatWaitsEndsWithItsContext(t *testing.T) {
	s := opened(t)
	defer s.groups.hold()()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	err := s.StoreRecord(ctx, "late", login.Record{Version: "1", ExpiresAt: time.Now().Add(time.Hour)})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, login.StoreUnavailable) || s.waiting() != 0 {
		t.Errorf("got %v; %d wait", err, s.waiting())
	}
}

// A write that was refused has seen the ones before it. So when the commit fails, nobody is told anything else.
func TestGroupThatCannotBeCommittedFailsAsAWhole(t *testing.T) {
	s := opened(t)
	refused := func(context.Context, context.CancelFunc, *conn) error { return answer{login.ErrAlreadyBound} }
	// SQLite looks for the missing user when it commits.
	spoiler := func(_ context.Context, _ context.CancelFunc, tx *conn) error {
		return errors.Join(tx.run(`PRAGMA defer_foreign_keys = 1`), tx.run(`INSERT INTO passwords VALUES ('nobody', 'id', 'hash', 0)`))
	}
	for i, err := range grouped(t, s, put("in vain"), refused, spoiler) {
		if !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if _, err := s.LoadRecord(t.Context(), "in vain"); !errors.Is(err, login.ErrRecordNotFound) {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(grouped(t, s, put("later"), put("too"))...); err != nil {
		t.Errorf("the writes after it: %v", err)
	}
}

// A caller whose write another one is doing waits for it, even beyond the deadline: the write uses what is the caller's.
func TestCallerStaysWhileTheWriteIsDone(t *testing.T) {
	s := opened(t)
	s.groups.hold()
	ctx, cancel := context.WithCancel(t.Context())
	var did bool
	returned := make(chan bool)
	go func() {
		s.write(ctx, func(*conn) error {
			cancel()
			time.Sleep(20 * time.Millisecond) // in which the caller could return
			did = true
			return nil
		})
		returned <- did
	}()
	for s.waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	s.groups.lead(&groupedWrite{ctx: t.Context()}) // as another caller
	if !<-returned {
		t.Error("the caller was gone before the write was done")
	}
}

// A panic of the driver must not tell anybody that a write was done, nor keep others from writing.
func TestPanicOfTheDriverFailsTheGroup(t *testing.T) {
	group := []*groupedWrite{{ctx: t.Context()}, {ctx: t.Context()}}
	tx := &conn{kept: map[string]statement{"SAVEPOINT one": nil}}
	new(groups).commit(tx, group)
	for i, w := range group {
		if !errors.Is(w.err, login.StoreUnavailable) {
			t.Errorf("write %d: %v", i, w.err)
		}
	}
	if !tx.broken {
		t.Error("the connection is used again")
	}
}
