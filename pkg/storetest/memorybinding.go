package storetest

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

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
	return m.touch(b, t), nil
}

// touch does what a touch says to a binding. The caller has the lock.
func (m *Memory) touch(b login.Binding, t login.Touch) login.Binding {
	if cut(t.At).Before(b.LastLoginAt) {
		return b
	}
	if t.UnionID != "" {
		b.UnionID = t.UnionID
	}
	b.SealedKey, b.LastLoginAt = t.SealedKey, cut(t.At)
	m.bindings[identity{t.AppID, t.OpenID}] = b
	return b
}

// Bind implements login.Bindings.
func (m *Memory) Bind(ctx context.Context, b login.Binding, s login.Session) (login.Binding, error) {
	if err := m.lock(ctx); err != nil {
		return login.Binding{}, err
	}
	defer m.mu.Unlock()
	switch standing, bound := m.bindings[identity{b.AppID, b.OpenID}]; {
	case bound && standing.UserID == b.UserID:
		return m.marked(standing), login.ErrAlreadyBound
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
	case s.Epoch != u.Epoch:
		return login.Binding{}, login.SessionRevoked
	case bound:
		return login.Binding{}, login.UserBound
	}
	if _, done := m.sessions[s.UserID][s.TokenHash]; done {
		return login.Binding{}, login.BindingRemoved
	}
	if err := m.tell(notice(b.UserID, login.NoticeBound, b.AppID)); err != nil {
		return login.Binding{}, err
	}
	m.createSession(s)
	return m.createBinding(b), nil
}

// createBinding stores a binding and notes it in its user. The caller has the lock.
func (m *Memory) createBinding(b login.Binding) login.Binding {
	b.BoundAt, b.LastLoginAt, b.Sessions = cut(b.BoundAt), cut(b.LastLoginAt), nil
	put(&m.bindings, identity{b.AppID, b.OpenID}, b)
	m.users[b.UserID].Apps[b.AppID] = noteOf(b)
	return b
}

// BindingByOpenID implements login.Bindings.
func (m *Memory) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	if err := m.lock(ctx); err != nil {
		return login.Binding{}, err
	}
	defer m.mu.Unlock()
	b, ok := m.bindings[identity{appID, openID}]
	if !ok {
		return login.Binding{}, login.ErrBindingNotFound
	}
	return m.marked(b), nil
}

// Unbind implements login.Bindings.
func (m *Memory) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	standing, ok := m.bindings[identity{b.AppID, b.OpenID}]
	switch {
	case !ok || standing.ID != b.ID || standing.UserID != b.UserID:
		return login.ErrBindingNotFound
	case keepLast && len(m.users[b.UserID].Apps) == 1:
		return login.ErrLastBinding
	}
	if err := m.tell(notice(b.UserID, login.NoticeUnbound, b.AppID)); err != nil {
		return err
	}
	delete(m.users[b.UserID].Apps, b.AppID)
	m.removeBinding(b.AppID, noteOf(b))
	return nil
}

// removeBinding removes a binding and leaves a tombstone. The caller has the lock.
func (m *Memory) removeBinding(appID string, app login.UserApp) {
	delete(m.bindings, identity{appID, app.OpenID})
	if app.Index != "" {
		put(&m.tombstones, app.Index, true)
	}
}

// NoteEpoch implements login.Bindings.
func (m *Memory) NoteEpoch(ctx context.Context, b login.Binding, epoch string) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	standing, ok := m.bindings[identity{b.AppID, b.OpenID}]
	if !ok || standing.ID != b.ID || standing.UserID != b.UserID {
		return login.ErrBindingNotFound
	}
	standing.Epoch = epoch
	m.bindings[identity{b.AppID, b.OpenID}] = standing
	return nil
}
