package login

import (
	"context"
	"sync"
)

// lanes let one request of this process at a time write a counter. Of many that write it at once the store lets only one
// succeed, so hundreds would spend their time on failing. Requests of other processes are not held back: between
// processes the compare-and-swap decides.
type lanes struct {
	mu     sync.Mutex
	byName map[string]*lane
}

// lane is the way to one counter. It is there while somebody is on it.
type lane struct {
	turn  chan struct{}
	users int
	// record is the counter as whoever had the turn last saw it. Only who has the turn may touch it.
	record Record
}

// enter waits for the turn. leave gives it back.
//
// Errors: the context's.
func (l *lanes) enter(ctx context.Context, name string) (_ *lane, leave func(), err error) {
	l.mu.Lock()
	at := l.byName[name]
	if at == nil {
		at = &lane{turn: make(chan struct{}, 1)}
		if l.byName == nil {
			l.byName = map[string]*lane{}
		}
		l.byName[name] = at
	}
	at.users++
	l.mu.Unlock()

	quit := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if at.users--; at.users == 0 {
			delete(l.byName, name)
		}
	}
	select {
	case at.turn <- struct{}{}:
		return at, func() { <-at.turn; quit() }, nil
	case <-ctx.Done():
		quit()
		return nil, nil, ctx.Err()
	}
}
