package storetest

import (
	"context"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// OwnerOfPhone implements login.Admissions.
func (m *Memory) OwnerOfPhone(ctx context.Context, index string) (login.Owner, error) {
	return m.owner(ctx, "", func() string { return m.ownerOfPhone(index) })
}

// OwnerOfUnion implements login.Admissions.
func (m *Memory) OwnerOfUnion(ctx context.Context, index string) (login.Owner, error) {
	return m.owner(ctx, index, func() string { return m.ownerOfUnion(index) })
}

func (m *Memory) owner(ctx context.Context, union string, find func() string) (login.Owner, error) {
	if err := m.lock(ctx); err != nil {
		return login.Owner{}, err
	}
	defer m.mu.Unlock()
	u, ok := m.users[find()]
	if !ok {
		return login.Owner{}, login.ErrUserNotFound
	}
	return login.Owner{UserID: u.ID, Epoch: u.Epoch, KnownIn: u.KnownIn(union)}, nil
}

// ownerOfPhone returns the user who has a number, "" for none. The caller has the lock.
func (m *Memory) ownerOfPhone(index string) string {
	for _, u := range m.users {
		if index != "" && u.Phone.Index == index {
			return u.ID
		}
	}
	return ""
}

// ownerOfUnion returns the user who has a unionid, "" for none. The caller has the lock.
func (m *Memory) ownerOfUnion(index string) string {
	for _, u := range m.users {
		if slices.Contains(u.Unions, index) {
			return u.ID
		}
	}
	return ""
}

// RemovedBefore implements login.Admissions.
func (m *Memory) RemovedBefore(ctx context.Context, index string) (bool, error) {
	if err := m.lock(ctx); err != nil {
		return false, err
	}
	defer m.mu.Unlock()
	return m.tombstones[index], nil
}

// Admit implements login.Admissions.
func (m *Memory) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	if err := m.lock(ctx); err != nil {
		return login.Binding{}, err
	}
	defer m.mu.Unlock()
	b := a.Binding
	switch standing, bound := m.bindings[identity{b.AppID, b.OpenID}]; {
	case bound && standing.UserID == b.UserID:
		return m.marked(standing), login.ErrAlreadyBound
	case bound:
		return login.Binding{}, login.IdentityBound
	case a.Tombstone != "" && m.tombstones[a.Tombstone]:
		return login.Binding{}, login.ErrRemovedBefore
	}
	if _, done := m.sessions[b.UserID][a.Session.TokenHash]; done {
		return login.Binding{}, login.BindingRemoved
	}
	admit := m.admitUser
	if a.Newcomer != nil {
		admit = m.admitNewcomer
	}
	if err := admit(a); err != nil {
		return login.Binding{}, err
	}
	m.createSession(a.Session)
	return m.createBinding(b), nil
}

// admitUser lets an existing user in, who must fulfil the terms. The caller has the lock.
func (m *Memory) admitUser(a login.Admission) error {
	u, ok := m.users[a.Binding.UserID]
	switch {
	case !ok:
		return login.ErrUserNotFound
	case !a.Fits(u):
		return &login.Unfit{User: copyUser(u)}
	}
	if err := m.tell(notice(u.ID, login.NoticeBound, a.Binding.AppID)); err != nil {
		return err
	}
	if a.Terms.Phone.Index != "" {
		u.Phone.VerifiedAt = cut(a.Terms.Phone.VerifiedAt)
		m.users[u.ID] = u
	}
	return nil
}

// admitNewcomer stores a new user, to whom another one may have to yield the number. The caller has the lock.
func (m *Memory) admitNewcomer(a login.Admission) error {
	if _, done := m.users[a.Newcomer.ID]; done {
		return login.BindingRemoved
	}
	if m.ownerOfPhone(a.Newcomer.Phone.Index) != a.Yields {
		return login.ErrPhoneTaken
	}
	for _, index := range a.Newcomer.Unions {
		if m.ownerOfUnion(index) != "" {
			return login.ErrUnionTaken
		}
	}
	appID := a.Binding.AppID
	told := []login.Notice{notice(a.Newcomer.ID, login.NoticeRegistered, appID), notice(a.Newcomer.ID, login.NoticeBound, appID)}
	if a.Yields != "" {
		told = append(told, notice(a.Yields, login.NoticePhoneChanged, appID))
	}
	if err := m.tell(told...); err != nil {
		return err
	}
	m.takePhone(a.Yields)
	m.createUser(*a.Newcomer)
	return nil
}

// Rebind implements login.Admissions.
func (m *Memory) Rebind(ctx context.Context, r login.Rebinding) error {
	b := r.Binding
	return m.change(ctx, b.UserID, func(u *login.User) error {
		_, taken := m.bindings[identity{b.AppID, b.OpenID}]
		_, done := m.sessions[b.UserID][r.Session.TokenHash]
		switch former, bound := u.Apps[b.AppID]; {
		case taken:
			return login.IdentityBound
		case !bound || former.BindingID != r.Former.BindingID:
			return login.ErrUserChanged
		case done:
			return login.BindingRemoved
		case !r.Fits(*u):
			return &login.Unfit{User: copyUser(*u)}
		}
		if err := m.tell(notice(u.ID, login.NoticeUnbound, b.AppID), notice(u.ID, login.NoticeBound, b.AppID)); err != nil {
			return err
		}
		m.removeBinding(b.AppID, r.Former)
		u.Replaced = maps.Clone(u.Replaced)
		r.Replacement.At = cut(r.Replacement.At)
		put(&u.Replaced, b.AppID, r.Replacement)
		if r.Phone.Index != "" {
			u.Phone.VerifiedAt = cut(r.Phone.VerifiedAt)
		}
		m.createSession(r.Session)
		m.createBinding(b)
		return nil
	})
}

// ClaimUsername implements login.Admissions.
func (m *Memory) ClaimUsername(ctx context.Context, userID, username string, p login.Password) error {
	return m.change(ctx, userID, func(u *login.User) error {
		switch _, taken := m.names[username]; {
		case u.Username == username && u.PasswordID == p.ID: // a repeat
			return nil
		case u.Username != "" || u.PasswordID != "":
			return login.ErrUserChanged
		case taken:
			return login.ErrUsernameTaken
		}
		if err := m.tell(notice(userID, login.NoticePasswordChanged, "")); err != nil {
			return err
		}
		u.Username, u.PasswordID = username, p.ID
		m.setPassword(userID, p)
		put(&m.names, username, userID)
		return nil
	})
}

// takePhone takes the number of a user away, if there is one of that id. The caller has the lock.
func (m *Memory) takePhone(userID string) {
	if u, ok := m.users[userID]; ok {
		u.Phone = login.Phone{}
		m.users[userID] = u
	}
}

// SetPhone implements login.Admissions.
func (m *Memory) SetPhone(ctx context.Context, userID string, p login.Phone, from string) error {
	return m.change(ctx, userID, func(u *login.User) error {
		var told []login.Notice
		owner := m.ownerOfPhone(p.Index)
		switch owner {
		case "", userID:
		case from:
			told = append(told, notice(from, login.NoticePhoneChanged, p.AppID))
		default:
			return login.ErrPhoneTaken
		}
		if u.Phone.Number != p.Number {
			told = append(told, notice(userID, login.NoticePhoneChanged, p.AppID))
		} else {
			p.AppID = u.Phone.AppID
		}
		if err := m.tell(told...); err != nil {
			return err
		}
		if owner == from {
			m.takePhone(from)
		}
		p.VerifiedAt = cut(p.VerifiedAt)
		u.Phone = p
		return nil
	})
}

// NoteUnion implements login.Admissions.
func (m *Memory) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	standing, ok := m.bindings[identity{b.AppID, b.OpenID}]
	if !ok || standing.ID != b.ID || standing.UserID != b.UserID {
		return login.ErrBindingNotFound
	}
	standing.Union = index
	m.bindings[identity{b.AppID, b.OpenID}] = standing
	m.users[b.UserID].Apps[b.AppID] = noteOf(standing)
	switch owner := m.ownerOfUnion(index); {
	case owner == b.UserID:
		return nil
	case owner != "" && m.users[owner].KnownIn(index) != "":
		return login.ErrUnionTaken
	case owner != "":
		former := copyUser(m.users[owner])
		former.Unions = slices.DeleteFunc(former.Unions, func(union string) bool { return union == index })
		m.users[owner] = former
	}
	u := copyUser(m.users[b.UserID])
	u.Unions = append(u.Unions, index)
	m.users[u.ID] = u
	return nil
}
