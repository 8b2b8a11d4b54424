package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

const (
	// visitors is how many people use the platform while others log in, and pause is how long each waits between two
	// visits.
	visitors = 4
	pause    = 10 * time.Millisecond
)

// logVisitorsIn gives the visitors tokens.
func (r *row) logVisitorsIn(ctx context.Context) error {
	asker := client{addr: r.addr}
	defer asker.close()
	for visitor := range visitors {
		body, err := asker.checkBind(ctx, visitor, int(r.serial.Add(1)))
		if err != nil {
			return err
		}
		r.tokens = append(r.tokens, tokenIn(body))
	}
	return nil
}

// readers visits a server and backs its store up, again and again, until the context ends. A backup reads the whole
// store in one transaction, during which no page of the write-ahead log may be used again.
func (s *stage) readers(ctx context.Context, r *row) error {
	errs := make([]error, visitors+1)
	var workers sync.WaitGroup
	for i := range visitors {
		workers.Go(func() { errs[i] = r.visit(ctx, r.tokens[i]) })
	}
	workers.Go(func() { errs[visitors] = s.backUp(ctx, r.folder) })
	workers.Wait()
	return errors.Join(errs...)
}

// visit shows a token again and again.
func (r *row) visit(ctx context.Context, token string) error {
	asker := client{addr: r.addr}
	defer asker.close()
	for ctx.Err() == nil {
		if _, err := asker.get(ctx, "/mobileApi/user/info", "X-Token: "+token); err != nil && ctx.Err() == nil {
			return fmt.Errorf("a visit: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

func (s *stage) backUp(ctx context.Context, folder string) error {
	into, err := s.sub("backup")
	if err != nil {
		return err
	}
	for n := 0; ctx.Err() == nil; n++ {
		err := s.do(ctx, into, filepath.Join(s.cache, "bin", "wxbind"), "backup", "--data", folder, filepath.Join(into, fmt.Sprint(n)))
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("a backup: %w", err)
		}
	}
	return nil
}
