package storetest

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// changePassword replaces a password and the epoch, unless may fails, which changes nothing.
func (m *Memory) changePassword(ctx context.Context, c login.PasswordChange, may func(*login.User) error) error {
	return m.change(ctx, c.UserID, func(u *login.User) error {
		switch {
		case u.PasswordID != c.OldID:
			return login.ErrPasswordChanged
		case u.Disabled:
			return login.UserDisabled
		case u.Epoch != c.OldEpoch:
			return login.SessionRevoked
		}
		if err := may(u); err != nil {
			return err
		}
		u.PasswordID, u.Epoch = c.Password.ID, c.Epoch
		m.setPassword(c.UserID, c.Password)
		return nil
	})
}

// ChangePassword implements login.PasswordChanges.
func (m *Memory) ChangePassword(ctx context.Context, c login.PasswordChange, tokenHash string) error {
	return m.changePassword(ctx, c, func(*login.User) error {
		s, ok := m.sessions[c.UserID][tokenHash]
		if !ok || s.EndedReason != "" {
			return login.ErrSessionNotFound
		}
		if err := m.tell(notice(c.UserID, login.NoticePasswordChanged, "")); err != nil {
			return err
		}
		s.Epoch = c.Epoch
		m.sessions[c.UserID][tokenHash] = s
		return nil
	})
}

// BindWithPassword implements login.PasswordChanges.
func (m *Memory) BindWithPassword(ctx context.Context, c login.PasswordChange, b login.Binding, s login.Session) error {
	return m.changePassword(ctx, c, func(u *login.User) error {
		standing, taken := m.bindings[identity{b.AppID, b.OpenID}]
		_, bound := u.Apps[b.AppID]
		switch {
		case taken && standing.UserID == b.UserID:
			return login.ErrAlreadyBound
		case taken:
			return login.IdentityBound
		case bound:
			return login.UserBound
		}
		err := m.tell(notice(c.UserID, login.NoticePasswordChanged, b.AppID), notice(c.UserID, login.NoticeBound, b.AppID))
		if err != nil {
			return err
		}
		m.createBinding(b)
		m.createSession(s)
		return nil
	})
}

// OpenWithPassword implements login.PasswordChanges.
func (m *Memory) OpenWithPassword(ctx context.Context, c login.PasswordChange, s login.Session) error {
	return m.changePassword(ctx, c, func(u *login.User) error {
		if u.Apps[s.AppID].BindingID != s.BindingID {
			return login.BindingRemoved
		}
		if err := m.tell(notice(c.UserID, login.NoticePasswordChanged, s.AppID)); err != nil {
			return err
		}
		m.createSession(s)
		return nil
	})
}
