package login

import (
	"context"
	"sync"
	"time"
)

// kindLife is how long a process caches the kinds of password hashes.
const kindLife = time.Minute

// kindCache caches the kinds of password hashes that imports have brought. It is refreshed on read.
type kindCache struct {
	source HashKinds
	now    func() time.Time
	mu     sync.Mutex
	kinds  []string
	until  time.Time
}

// of returns the kinds.
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
