package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"
)

// pool opens connections as they are needed, and keeps them.
type pool struct {
	name string
	// free has a place for each connection that is not in use, nil for one that is not open.
	free chan *conn
	shut sync.Once
}

var errClosed = errors.New("the store is closed")

func newPool(name string, connections int) *pool {
	p := &pool{name: name, free: make(chan *conn, connections)}
	for range connections {
		p.free <- nil
	}
	return p
}

// take waits for a connection, which goes back with give.
func (p *pool) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c, open := <-p.free:
		if !open {
			return nil, errClosed
		}
		if c != nil {
			return c, nil
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var c *conn
	err := patiently(ctx, func() (err error) {
		c, err = openConn(ctx, p.name)
		return err
	})
	if err != nil {
		p.free <- nil
	}
	return c, err
}

// idle takes a connection if one is open and not in use, and returns nil if none is.
func (p *pool) idle() *conn {
	select {
	case c, open := <-p.free:
		if c == nil && open {
			p.free <- nil
		}
		return c
	default:
		return nil
	}
}

func (p *pool) give(c *conn) {
	if c.broken {
		c.close()
		c = nil
	}
	p.free <- c
}

// close closes the connections, each as soon as it is free.
func (p *pool) close() (err error) {
	p.shut.Do(func() {
		for range cap(p.free) {
			if c := <-p.free; c != nil {
				err = errors.Join(err, c.close())
			}
		}
		close(p.free)
	})
	return err
}

// nameOf names the file for the driver, with what all connections have in common. synchronous=FULL waits for the disk
// at each commit. WAL does not need that to stay consistent, but an acknowledged login needs it to survive a crash.
func nameOf(path, options string) string {
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	return fmt.Sprintf("%s?_pragma=synchronous(FULL)&_dqs=0&%s", &file, options)
}

// patiently does something again and again until no lock of another connection is in its way. It waits no longer than
// lockWait.
func patiently(ctx context.Context, do func() error) error {
	var end time.Time
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := do()
		if !busy(err) {
			return err
		}
		if end.IsZero() {
			end = time.Now().Add(lockWait)
		}
		if time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}
