package storetest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// CreateSession implements login.Sessions.
func (m *Memory) CreateSession(ctx context.Context, s login.Session) (login.Session, error) {
	if err := m.lock(ctx); err != nil {
		return login.Session{}, err
	}
	defer m.mu.Unlock()
	return m.createSession(s), nil
}

func (m *Memory) createSession(s login.Session) login.Session {
	if stored, ok := m.sessions[s.UserID][s.TokenHash]; ok {
		return stored
	}
	s.CreatedAt, s.SeenAt, s.IdleEnd, s.AbsoluteEnd = cut(s.CreatedAt), cut(s.SeenAt), cut(s.IdleEnd), cut(s.AbsoluteEnd)
	own := m.sessions[s.UserID]
	put(&own, s.TokenHash, s)
	put(&m.sessions, s.UserID, own)
	return s
}

// SessionWithUser implements login.Presence.
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
	if s.EndedReason != "" {
		return nil
	}
	if reason == login.SessionRevoked {
		if err := m.tell(notice(userID, login.NoticeSessionRevoked, "")); err != nil {
			return err
		}
	}
	s.EndedReason = reason
	m.sessions[userID][tokenHash] = s
	return nil
}

// ExtendSession implements login.Presence.
func (m *Memory) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	s, ok := m.sessions[read.UserID][read.TokenHash]
	if ok && s.EndedReason == "" && s.SeenAt.Equal(cut(read.SeenAt)) {
		s.SeenAt, s.IdleEnd = cut(seenAt), cut(idleEnd)
		m.sessions[read.UserID][read.TokenHash] = s
	}
	return nil
}
