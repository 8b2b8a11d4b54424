// Package secrets provides the operator's secret to the domain: from Secrets Manager or a file through a cache, or from the
// environment of a single machine. Package awssource reads from Secrets Manager, and package vault changes what is
// stored there.
package secrets

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// cacheLife is the life of a secret in Secrets Manager, and fileLife of one in a file: a read of it takes microseconds.
	cacheLife = 10 * time.Minute
	fileLife  = 10 * time.Second
	// failurePause keeps a failing Secrets Manager from slowing down every request while an older secret is available.
	failurePause = 5 * time.Second
	// refetchPause limits how often callers with an outdated secret can refetch.
	refetchPause = 2 * time.Second
	// defaultTimeout bounds one fetch.
	defaultTimeout = 2 * time.Second
)

// Source is where a Manager gets the secret, such as awssource.Source.
type Source interface {
	// Value returns the current version of a secret, given its name or ARN.
	//
	// Errors: why there is none. Reason keeps of them what an operator needs.
	Value(ctx context.Context, secretID string) ([]byte, error)
}

// Config configures a Manager.
type Config struct {
	Source Source
	// SecretID is the secret's name or ARN.
	SecretID string
	// Timeout bounds one fetch, including the Source's own retries. Zero means 2 s.
	Timeout time.Duration
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// OnError is told why a fetch failed when an older secret is served instead; otherwise nobody would hear of it. Nil
	// means an error record in slog.Default.
	OnError func(context.Context, error)
}

// cache keeps one secret of a Source, parsed. It fetches on demand, on the goroutine of one of the requests that
// need the secret.
//
//   - A secret is fetched once for all concurrent callers, and served for its life.
//   - While it is being fetched again, and if that fails, the older one is served. A failed fetch is retried after 5 seconds at the earliest.
//   - A caller who finds it out of date has it refetched, at most every 2 seconds. If that is too soon, the first later caller refetches.
//   - While there is none yet, each request tries, and concurrent requests wait. If the fetching request ends before its fetch, the next one fetches.
//
// The secret that it returns is shared and must not be changed.
type cache[T any] struct {
	config Config
	parse  func(ctx context.Context, raw []byte) (*T, error)
	// reason reduces an error of the Source to what an operator needs.
	reason func(context.Context, error) error
	// life is how long a fetched secret is served before it is fetched again.
	life time.Duration

	mu sync.Mutex
	// secret is nil until the first fetch succeeds.
	secret    *T
	fetched   time.Time
	failed    time.Time
	refetched time.Time
	// doubted means that somebody found the secret out of date when it was too soon to refetch it.
	doubted bool
	// flight is the fetch in progress, or nil.
	flight *flight[T]
}

// flight is one fetch. The other fields are written before done is closed.
type flight[T any] struct {
	done   chan struct{}
	secret *T
	err    error
	// abandoned means that the result is unknown, since the fetching request ended.
	abandoned bool
}

// Manager implements login.Secrets on Secrets Manager; see cache.
type Manager struct{ cache[login.Secret] }

var _ login.Secrets = (*Manager)(nil)

// New makes a Manager. It fetches nothing yet.
func New(c Config) *Manager {
	return &Manager{newCache(c, Parse)}
}

// newCache makes the cache of a secret in Secrets Manager.
func newCache[T any](c Config, parse func(raw []byte) (*T, error)) cache[T] {
	return cache[T]{
		config: c.withDefaults(), reason: Reason, life: cacheLife,
		parse: func(_ context.Context, raw []byte) (*T, error) { return parse(raw) },
	}
}

// withDefaults returns c with its zero fields set.
func (c Config) withDefaults() Config {
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.OnError == nil {
		c.OnError = func(ctx context.Context, err error) {
			slog.ErrorContext(ctx, "serving an older secret", "cause", err)
		}
	}
	return c
}

// Secret returns the cached secret, or fetches it.
//
// Errors: login.SecretUnavailable, while no fetch has succeeded yet.
func (m *Manager) Secret(ctx context.Context) (*login.Secret, error) {
	return m.get(ctx, false)
}

// Refetch fetches the secret anew, or joins a fetch in progress. Within 2 seconds of an earlier Refetch, or if the
// fetch fails, it returns the cached secret.
//
// Errors: login.SecretUnavailable, while no fetch has succeeded yet.
func (m *Manager) Refetch(ctx context.Context) (*login.Secret, error) {
	return m.get(ctx, true)
}

func (m *cache[T]) get(ctx context.Context, anew bool) (*T, error) {
	for {
		m.mu.Lock()
		cached, f := m.secret, m.flight
		switch {
		case cached != nil && (m.suffices(anew) || ctx.Err() != nil):
			m.doubted = m.doubted || anew
			m.mu.Unlock()
			return cached, nil // the cached secret is good enough for a request that ends, too
		case ctx.Err() != nil:
			m.mu.Unlock()
			return nil, m.unavailable(fmt.Errorf("the request ended: %w", ctx.Err()))
		case f == nil:
			f = &flight[T]{done: make(chan struct{}), abandoned: true}
			m.flight = f
			m.mu.Unlock()
			if err := m.lead(ctx, f, anew); err != nil && f.secret != nil {
				m.config.OnError(ctx, err)
			}
			return f.secret, f.err
		}
		m.mu.Unlock()
		select {
		case <-f.done:
			if !f.abandoned {
				return f.secret, f.err
			}
		case <-ctx.Done():
		}
	}
}

// suffices reports whether the cached secret is good enough for a caller. A doubted secret is, until it may be
// refetched: whoever found it out of date has been told to come back then.
func (m *cache[T]) suffices(anew bool) bool {
	if anew {
		return m.within(refetchPause, m.refetched)
	}
	if m.doubted && m.flight == nil && !m.within(refetchPause, m.refetched) && !m.within(failurePause, m.failed) {
		return false
	}
	return m.flight != nil || m.within(m.life, m.fetched) || m.within(failurePause, m.failed)
}

// within reports whether less than d has passed since at. If the clock was set back, it reports false, so that nothing
// is cached forever.
func (m *cache[T]) within(d time.Duration, at time.Time) bool {
	age := m.now().Sub(at)
	return 0 <= age && age < d
}

// now is the wall clock: the monotonic clock may stand still while a Lambda is frozen.
func (m *cache[T]) now() time.Time { return m.config.Now().Round(0) }

// lead fetches for all who wait for f. It returns the fetch's error even if an older secret makes up for it. A panic of
// the Source leaves f abandoned.
func (m *cache[T]) lead(ctx context.Context, f *flight[T], anew bool) error {
	defer func() {
		m.mu.Lock()
		m.flight = nil
		m.mu.Unlock()
		close(f.done)
	}()
	bounded, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	secret, err := m.fetch(bounded)

	m.mu.Lock()
	defer m.mu.Unlock()
	f.abandoned = err != nil && ctx.Err() != nil
	now := m.now()
	if (anew || m.doubted) && !f.abandoned {
		m.refetched = now
	}
	if err == nil {
		m.secret, m.fetched, m.doubted = secret, now, false
	} else {
		m.failed = now
	}
	if f.secret = m.secret; f.secret == nil {
		f.err = err
	}
	return err
}
