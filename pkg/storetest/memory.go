package storetest

import (
	"context"
	"maps"
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

// TouchBinding implements login.Bindings.
func (m *Memory) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	if err := m.lock(ctx); err != nil {
		return login.Binding{}, err
	}
	defer m.mu.Unlock()
	b, ok := m.bindings[identity{t.AppID, t.OpenID}]
	if !ok {
		return login.Binding{}, login.ErrBindingNotFound
	}
	if cut(t.At).Before(b.LastLoginAt) {
		return b, nil
	}
	if t.UnionID != "" {
		b.UnionID = t.UnionID
	}
	b.SealedKey, b.LastLoginAt = t.SealedKey, cut(t.At)
	m.bindings[identity{t.AppID, t.OpenID}] = b
	return b, nil
}

// Bind implements login.Bindings.
func (m *Memory) Bind(ctx context.Context, b login.Binding, s login.Session) (login.Binding, error) {
	if err := m.lock(ctx); err != nil {
		return login.Binding{}, err
	}
	defer m.mu.Unlock()
	switch standing, bound := m.bindings[identity{b.AppID, b.OpenID}]; {
	case bound && standing.UserID == b.UserID:
		return standing, login.ErrAlreadyBound
	case bound:
		return login.Binding{}, login.IdentityBound
	}
	u, ok := m.users[b.UserID]
	if !ok {
		return login.Binding{}, login.ErrUserNotFound
	}
	switch _, bound := u.Apps[b.AppID]; {
	case u.Disabled:
		return login.Binding{}, login.UserDisabled
	case !s.CreatedAt.After(u.NotBefore):
		return login.Binding{}, login.SessionRevoked
	case bound:
		return login.Binding{}, login.UserBound
	}
	b.BoundAt, b.LastLoginAt = cut(b.BoundAt), cut(b.LastLoginAt)
	put(&m.bindings, identity{b.AppID, b.OpenID}, b)
	u.Apps[b.AppID] = login.UserApp{OpenID: b.OpenID, BindingID: b.ID}
	m.createSession(s)
	return b, nil
}

// Unbind implements login.Bindings.
func (m *Memory) Unbind(ctx context.Context, b login.Binding) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	standing, ok := m.bindings[identity{b.AppID, b.OpenID}]
	if !ok || standing.ID != b.ID {
		return login.ErrBindingNotFound
	}
	delete(m.bindings, identity{b.AppID, b.OpenID})
	delete(m.users[standing.UserID].Apps, b.AppID)
	return nil
}

// CreateSession implements login.Sessions.
func (m *Memory) CreateSession(ctx context.Context, s login.Session) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	m.createSession(s)
	return nil
}

func (m *Memory) createSession(s login.Session) {
	if _, repeated := m.sessions[s.UserID][s.TokenHash]; repeated {
		return
	}
	s.CreatedAt, s.SeenAt, s.IdleEnd, s.AbsoluteEnd = cut(s.CreatedAt), cut(s.SeenAt), cut(s.IdleEnd), cut(s.AbsoluteEnd)
	own := m.sessions[s.UserID]
	put(&own, s.TokenHash, s)
	put(&m.sessions, s.UserID, own)
}

// SessionWithUser implements login.Sessions.
func (m *Memory) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	if err := m.lock(ctx); err != nil {
		return login.Session{}, login.User{}, err
	}
	defer m.mu.Unlock()
	s, ok := m.sessions[userID][tokenHash]
	if !ok {
		return login.Session{}, login.User{}, login.ErrSessionNotFound
	}
	u, ok := m.users[userID]
	if !ok {
		return login.Session{}, login.User{}, login.ErrUserNotFound
	}
	return s, copyUser(u), nil
}

// SessionsOfUser implements login.Sessions.
func (m *Memory) SessionsOfUser(ctx context.Context, userID string) ([]login.Session, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.sessions[userID])), nil
}

// ForgetSession implements login.Sessions.
func (m *Memory) ForgetSession(ctx context.Context, userID, tokenHash string) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	delete(m.sessions[userID], tokenHash)
	return nil
}

// EndSession implements login.Sessions.
func (m *Memory) EndSession(ctx context.Context, userID, tokenHash string, reason login.Code) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	s, ok := m.sessions[userID][tokenHash]
	if !ok {
		return login.ErrSessionNotFound
	}
	if s.EndedReason == "" {
		s.EndedReason = reason
		m.sessions[userID][tokenHash] = s
	}
	return nil
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
