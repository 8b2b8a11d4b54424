package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Memory keeps everything in maps. It is the simplest implementation of the contract, for tests and benchmarks of code
// that uses the stores. Its zero value is empty and ready to use. It copies what it takes and returns, and truncates
// times to milliseconds as stores on disk do.
type Memory struct {
	mu       sync.Mutex
	bindings map[identity]login.Binding
	sessions map[string]map[string]login.Session // by user and token hash
	users    map[string]login.User               // their numbers and unionids are found by looking at all
	secrets  map[string]login.Password           // by user id
	names    map[string]string                   // username to user id
	roles    map[string][]login.Menu
	kinds    map[string]bool
	records  map[string]login.Record
	// tombstones are the indexes of the identities whose bindings were removed.
	tombstones map[string]bool
	// replaced are the token hashes of sessions that logins have ended, in that order.
	replaced []string
	// outboxes are by user id. They are kept when they are empty, for the last number.
	outboxes map[string]outbox
	wanted   bool
	// Now is the clock by which notices are written; nil means time.Now.
	Now func() time.Time
}

type identity struct{ appID, openID string }

// lock locks the store for one call, unless the context has ended.
func (m *Memory) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return login.Unavailable(err)
	}
	m.mu.Lock()
	return nil
}

// put sets a key of a map that may still be nil.
func put[K comparable, V any](in *map[K]V, key K, value V) {
	if *in == nil {
		*in = map[K]V{}
	}
	(*in)[key] = value
}

// LoadRecord implements login.Ephemeral.
func (m *Memory) LoadRecord(ctx context.Context, name string) (login.Record, error) {
	if err := m.lock(ctx); err != nil {
		return login.Record{}, err
	}
	defer m.mu.Unlock()
	r, ok := m.records[name]
	if !ok {
		return login.Record{}, login.ErrRecordNotFound
	}
	return copyRecord(r), nil
}

// StoreRecord implements login.Ephemeral.
func (m *Memory) StoreRecord(ctx context.Context, name string, r login.Record) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	put(&m.records, name, copyRecord(r))
	return nil
}

// SwapRecord implements login.Ephemeral.
func (m *Memory) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	if err := m.lock(ctx); err != nil {
		return login.Record{}, err
	}
	defer m.mu.Unlock()
	stored := m.records[name]
	switch stored.Version {
	case old:
		put(&m.records, name, copyRecord(r))
	case r.Version: // a repeat
	default:
		return copyRecord(stored), login.ErrRecordChanged
	}
	return r, nil
}

func copyRecord(r login.Record) login.Record {
	r.Value, r.ExpiresAt = slices.Clone(r.Value), cut(r.ExpiresAt)
	return r
}

// cut truncates a time to the precision that stores keep.
func cut(t time.Time) time.Time { return t.Truncate(time.Millisecond) }
