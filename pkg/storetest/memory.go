package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Memory keeps everything in maps: the contract's plainest reading, for tests and
// benchmarks of what stands on the stores. Its zero value is empty and ready. What
// it takes and gives is copied, and times are cut to milliseconds as on a disk.
type Memory struct {
	mu       sync.Mutex
	bindings map[identity]login.Binding
	sessions map[string]map[string]login.Session // by user and token hash
	users    map[string]login.User
	names    map[string]string // username to user id
	roles    map[string][]login.Menu
	kinds    map[string]bool
	records  map[string]login.Record
}

type identity struct{ appID, openID string }

// lock takes the store for one call, unless the context has ended.
func (m *Memory) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return login.Unavailable(err)
	}
	m.mu.Lock()
	return nil
}

// put sets a key of a map that may not be made yet.
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

// cut gives the precision that stores keep.
func cut(t time.Time) time.Time { return t.Truncate(time.Millisecond) }
