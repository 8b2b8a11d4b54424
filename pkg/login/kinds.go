package login

import (
	"context"
	"sync"
	"time"
)

// kindLife is how long a process keeps which kinds of hashes there are.
const kindLife = time.Minute

// kindCache keeps the kinds of hashes: a value and when it goes stale, refreshed
// on read.
type kindCache struct {
	source HashKinds
	now    func() time.Time
	mu     sync.Mutex
	kinds  []string
	until  time.Time
}

// of gives the kinds that there are.
func (c *kindCache) of(ctx context.Context) ([]string, error) {
	now := c.now()
	c.mu.Lock()
	kinds, fresh := c.kinds, now.Before(c.until)
	c.mu.Unlock()
	if fresh {
		return kinds, nil
	}
	kinds, err := c.source.HashKinds(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.kinds, c.until = kinds, now.Add(kindLife)
	c.mu.Unlock()
	return kinds, nil
}
