package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// row is a store of some size, or in some use.
type row struct {
	name string
	*server
	*crowd
	// again serves the same store, run by the program and the arguments in before.
	again func(ctx context.Context, before ...string) (*server, error)
	// beside keeps the store busy until its context ends, nil for nothing; see readers.
	beside func(ctx context.Context) error
	// tokens are those of the visitors.
	tokens []string
	turns  [][]turn
	// wal is the largest write-ahead log seen in a turn, in bytes.
	wal int64
	// before and after are the sizes of the database around all rounds, and logins is how many they had.
	before, after int64
	logins        int
	// syncs has for each load how often a login waits for the disk; nil if that is not counted.
	syncs []float64
}

// The people who log in again and again: more often than there may be sessions, and than ended ones are kept.
const (
	regulars       = 50
	regularsStored = 1000
	regularsLogins = regulars * 50
)

// measureGrowth measures stores of several sizes in turns, and prints the report.
func measureGrowth(ctx context.Context, s *stage, c settings) error {
	if len(missing([]tool{strace})) > 0 {
		return fmt.Errorf("strace counts how often a login waits for the disk, and is not installed (Debian: apt-get install %s)", strace.debian)
	}
	rows, err := s.rows(ctx, c)
	if err != nil {
		return err
	}
	for _, r := range rows {
		say("%s: warms up", r.name)
		if _, err := s.measure(ctx, r.server, r.crowd, load{16, regularsLogins}); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		if r.before, err = r.database(); err != nil {
			return err
		}
	}
	for round := range c.rounds {
		for _, r := range rows {
			for i, l := range c.loads() {
				if err := s.grow(ctx, r, i, l); err != nil {
					return fmt.Errorf("%s: %w", r.name, err)
				}
				t := r.turns[i][round]
				say("round %d: %s, %d in flight: %s of processor an answer, %.0f a second", round+1, r.name, l.inFlight, ms(t.all()), t.perSecond)
			}
		}
	}
	for _, r := range rows {
		if r.after, err = r.database(); err != nil {
			return err
		}
	}
	if err := s.countSyncs(ctx, c, rows); err != nil {
		return err
	}
	return reportGrowth(os.Stdout, c, rows)
}

// rows prepares the stores.
func (s *stage) rows(ctx context.Context, c settings) (rows []*row, err error) {
	add := func(name string, stored, people int) (*row, error) {
		say("%s: prepares %d people", name, stored)
		sv, err := wxbindOf(ctx, s, stored)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rows = append(rows, &row{
			name: name, server: sv, crowd: s.crowd(people), turns: make([][]turn, len(c.loads())),
			again: func(ctx context.Context, before ...string) (*server, error) {
				return serveWxbind(ctx, s, sv.folder, before...)
			},
		})
		return rows[len(rows)-1], nil
	}
	for _, size := range c.sizes {
		if _, err := add(fmt.Sprintf("%d bound", size), size, size); err != nil {
			return nil, err
		}
	}
	if _, err := add(fmt.Sprintf("%d of %d log in all the time", regulars, regularsStored), regularsStored, regulars); err != nil {
		return nil, err
	}
	middle := slices.Sorted(slices.Values(c.sizes))[len(c.sizes)/2]
	read, err := add(fmt.Sprintf("%d bound, beside visits and backups", middle), middle, middle)
	if err != nil {
		return nil, err
	}
	if err := read.logVisitorsIn(ctx); err != nil {
		return nil, err
	}
	read.beside = func(ctx context.Context) error { return s.readers(ctx, read) }
	say("floor: prepares %d people", middle)
	floor, err := startFloor(ctx, s, false, middle)
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	return append(rows, &row{
		name: fmt.Sprintf("the floor, %d bound", middle), server: floor, crowd: s.crowd(middle), turns: make([][]turn, len(c.loads())),
		again: func(ctx context.Context, before ...string) (*server, error) {
			return serveFloor(ctx, s, floor.folder, middle, before...)
		},
	}), nil
}

// grow takes one turn of a row, and watches its write-ahead log.
func (s *stage) grow(ctx context.Context, r *row, i int, l load) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watched := make(chan int64)
	watching, stop := context.WithCancel(ctx)
	go func() { watched <- r.watchLog(watching) }()
	busy := make(chan error, 1)
	go func() {
		if r.beside == nil {
			busy <- nil
			return
		}
		err := r.beside(watching)
		if err != nil {
			cancel(err)
		}
		busy <- err
	}()
	t, err := s.measure(ctx, r.server, r.crowd, l)
	stop()
	r.wal = max(r.wal, <-watched)
	if beside := <-busy; beside != nil {
		err = beside
	}
	cancel(nil)
	r.turns[i], r.logins = append(r.turns[i], t), r.logins+l.answers
	return err
}
