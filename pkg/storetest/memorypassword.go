package storetest

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// UserWithPassword implements login.Passwords.
func (m *Memory) UserWithPassword(ctx context.Context, id string) (login.User, login.Password, error) {
	if err := m.lock(ctx); err != nil {
		return login.User{}, login.Password{}, err
	}
	defer m.mu.Unlock()
	u, ok := m.users[id]
	if !ok {
		return login.User{}, login.Password{}, login.ErrUserNotFound
	}
	return copyUser(u), m.secrets[id], nil
}

// ReplacePassword implements login.Passwords.
func (m *Memory) ReplacePassword(ctx context.Context, userID, oldID string, p login.Password, epoch string) error {
	return m.change(ctx, userID, func(u *login.User) error {
		if u.PasswordID != oldID {
			return login.ErrPasswordChanged
		}
		if err := m.tell(notice(userID, login.NoticePasswordChanged, "")); err != nil {
			return err
		}
		u.PasswordID, u.Epoch = p.ID, epoch
		m.setPassword(userID, p)
		return nil
	})
}

// RenewHash implements login.Passwords.
func (m *Memory) RenewHash(ctx context.Context, userID string, old, replacement login.Hidden) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	p, ok := m.secrets[userID]
	if !ok || p.Hash != old {
		return login.ErrPasswordChanged
	}
	p.Hash = replacement
	m.secrets[userID] = p
	return nil
}

// setPassword stores a password, unless it is none. The caller has the lock.
func (m *Memory) setPassword(userID string, p login.Password) {
	if p.ID != "" {
		p.TemporaryUntil = cut(p.TemporaryUntil)
		put(&m.secrets, userID, p)
	}
}
