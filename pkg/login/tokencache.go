package login

import (
	"context"
	"sync"
	"time"
)

// tokenCache holds the access_tokens of this process, and knows who is fetching which. It is safe for concurrent use.
type tokenCache struct {
	mu    sync.Mutex
	byApp map[string]*cachedToken
}

// cachedToken is an app's token, and the fetch of its next one, if one is under way.
type cachedToken struct {
	// secret is the app's AppSecret: with another one the token no longer counts.
	secret Hidden
	token  sharedToken
	fetch  *tokenFetch
}

// tokenFetch is a fetch for which several requests may wait. Its result may be read once done is closed.
type tokenFetch struct {
	done  chan struct{}
	token sharedToken
	// asked says that WeChat was asked.
	asked bool
	err   error
	// private says that the fetch has ended for a reason of its leader's alone, such as a caller who gave up.
	private bool
}

// join returns the token that is held for an app, and the fetch that whoever calls must wait for; nil for none. leads says that
// the caller must do the fetch, and finish it.
func (c *tokenCache) join(app App, not Hidden, now time.Time) (held sharedToken, f *tokenFetch, leads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.byApp[app.ID]
	if at == nil || at.secret != app.Secret {
		if c.byApp == nil {
			c.byApp = map[string]*cachedToken{}
		}
		at = &cachedToken{secret: app.Secret}
		c.byApp[app.ID] = at
	}
	switch {
	case at.token.fresh(now, not), at.fetch != nil && at.token.lives(now, not):
		return at.token, nil, false
	case at.fetch != nil:
		return at.token, at.fetch, false
	}
	at.fetch = &tokenFetch{done: make(chan struct{})}
	return at.token, at.fetch, true
}

// finish ends a fetch, and keeps what it has found.
func (c *tokenCache) finish(app App, f *tokenFetch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.byApp[app.ID]; at != nil && at.fetch == f {
		at.fetch = nil
		if f.token.Value != "" {
			at.token = f.token
		}
	}
	close(f.done)
}

// wait waits for the end of a fetch.
//
// Errors: the context's.
func (f *tokenFetch) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
