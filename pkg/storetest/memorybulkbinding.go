package storetest

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// UserIDsByName implements login.BindingRegistry.
func (m *Memory) UserIDsByName(ctx context.Context, usernames []string) (map[string]string, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	ids := map[string]string{}
	for _, name := range usernames {
		if id, ok := m.names[name]; ok {
			ids[name] = id
		}
	}
	return ids, nil
}

// AddBindings implements login.BindingRegistry.
func (m *Memory) AddBindings(ctx context.Context, bindings []login.Binding) ([]login.Taken, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	taken := make([]login.Taken, len(bindings))
	for i, b := range bindings {
		taken[i] = m.addBinding(b)
	}
	return taken, nil
}

// addBinding stores a binding unless something is in its way. The caller has the lock.
func (m *Memory) addBinding(b login.Binding) login.Taken {
	u, known := m.users[b.UserID]
	standing, bound := m.bindings[identity{b.AppID, b.OpenID}]
	_, elsewhere := u.Apps[b.AppID]
	owner := m.ownerOfUnion(b.Union)
	switch {
	case bound && standing.UserID == b.UserID:
		return login.Taken{Cause: login.ErrAlreadyBound, By: b.UserID}
	case bound:
		return login.Taken{Cause: login.IdentityBound, By: standing.UserID}
	case !known:
		return login.Taken{Cause: login.ErrUserNotFound}
	case elsewhere:
		return login.Taken{Cause: login.UserBound, By: b.UserID}
	case owner != "" && owner != b.UserID:
		return login.Taken{Cause: login.ErrUnionTaken, By: owner}
	}
	b.Epoch = u.Epoch
	m.createBinding(b)
	if b.Union != "" && owner == "" {
		u = copyUser(m.users[u.ID])
		u.Unions = append(u.Unions, b.Union)
		m.users[u.ID] = u
	}
	return login.Taken{}
}
