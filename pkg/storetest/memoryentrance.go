package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// Enter implements login.Entrance.
func (m *Memory) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	if err := m.lock(ctx); err != nil {
		return login.Opened{}, err
	}
	defer m.mu.Unlock()
	opened := login.Opened{Session: m.createSession(o.Session)}
	if b, ok := m.bindings[identity{o.Touch.AppID, o.Touch.OpenID}]; ok && b.ID == o.Binding.ID {
		m.touch(b, o.Touch)
	}
	own := m.sessions[o.Session.UserID]
	for _, hash := range o.Ended {
		if s, ok := own[hash]; ok && s.EndedReason == "" {
			s.EndedReason = login.SessionReplaced
			own[hash] = s
			m.replaced = append(m.replaced, hash)
		}
	}
	for _, hash := range o.Forgotten {
		delete(own, hash)
	}
	if o.Name != "" {
		if standing, taken := m.records[o.Name]; !taken {
			put(&m.records, o.Name, copyRecord(o.Record))
		} else if standing.Version != o.Record.Version {
			opened.Recorded = login.ErrRecordChanged
		}
	}
	u, ok := m.users[o.Session.UserID]
	if !ok {
		return login.Opened{}, login.ErrUserNotFound
	}
	opened.User = copyUser(u)
	return opened, nil
}

// marked returns a binding with the marks of its sessions. The caller has the lock.
func (m *Memory) marked(b login.Binding) login.Binding {
	for _, s := range m.sessions[b.UserID] {
		if s.BindingID == b.ID {
			b.Sessions = append(b.Sessions, s.Mark())
		}
	}
	slices.SortFunc(b.Sessions, func(x, y login.SessionMark) int {
		return cmp.Compare(slices.Index(m.replaced, x.TokenHash), slices.Index(m.replaced, y.TokenHash))
	})
	return b
}
