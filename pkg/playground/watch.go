package playground

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"
)

const (
	// watchEvery is how often the store is asked whether anything has changed, while somebody looks.
	watchEvery = 100 * time.Millisecond
	// watchTime bounds that.
	watchTime = 2 * time.Second
)

// watch tells streams when the view of the store has changed, whoever has changed it: a request, an act, or a command in
// another process. It works only while there are streams.
type watch struct {
	page *Playground

	mu       sync.Mutex
	watchers int
	// stop ends the work; nil while there is none.
	stop context.CancelFunc
	// changed is closed at the next change.
	changed chan struct{}
}

func newWatch(p *Playground) *watch { return &watch{page: p, changed: make(chan struct{})} }

// join begins to watch, until leave.
func (w *watch) join() (leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers++; w.watchers == 1 {
		var ctx context.Context
		ctx, w.stop = context.WithCancel(context.Background())
		go w.work(ctx)
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.watchers--; w.watchers == 0 {
			w.stop()
		}
	}
}

// next returns what is closed at the next change.
func (w *watch) next() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed
}

func (w *watch) work(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var version int64
	var seen [sha256.Size]byte
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, sum, err := w.look(ctx, version)
		if err != nil || now == version {
			continue // the next look may succeed
		}
		version = now
		if sum == seen {
			continue // what has changed is not shown
		}
		seen = sum
		w.mu.Lock()
		close(w.changed)
		w.changed = make(chan struct{})
		w.mu.Unlock()
	}
}

// look returns the number of the store's changes, and if that is another than before, what tells views apart.
func (w *watch) look(ctx context.Context, before int64) (now int64, sum [sha256.Size]byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, watchTime)
	defer cancel()
	if now, err = w.page.store.Changes(ctx); err != nil || now == before {
		return now, sum, err
	}
	v, err := w.page.view(ctx)
	if err != nil {
		return now, sum, err
	}
	text, err := json.Marshal(v)
	return now, sha256.Sum256(text), err
}
