package storetest

import (
	"context"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// UserIDByName implements login.Users.
func (m *Memory) UserIDByName(ctx context.Context, username string) (string, error) {
	if err := m.lock(ctx); err != nil {
		return "", err
	}
	defer m.mu.Unlock()
	id, ok := m.names[username]
	if !ok {
		return "", login.ErrUserNotFound
	}
	return id, nil
}

// UserByID implements login.Users.
func (m *Memory) UserByID(ctx context.Context, id string) (login.User, error) {
	if err := m.lock(ctx); err != nil {
		return login.User{}, err
	}
	defer m.mu.Unlock()
	u, ok := m.users[id]
	if !ok {
		return login.User{}, login.ErrUserNotFound
	}
	return copyUser(u), nil
}

// MenusByRole implements login.Roles.
func (m *Memory) MenusByRole(ctx context.Context, roles []string) (map[string][]login.Menu, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	found := map[string][]login.Menu{}
	for _, role := range roles {
		if menus, ok := m.roles[role]; ok {
			found[role] = copyMenus(menus)
		}
	}
	return found, nil
}

// DisableUser implements login.UserAdmin.
func (m *Memory) DisableUser(ctx context.Context, id, epoch string) error {
	return m.change(ctx, id, func(u *login.User) error {
		if !u.Disabled {
			if err := m.tell(notice(id, login.NoticeDisabled, "")); err != nil {
				return err
			}
		}
		u.Disabled, u.Epoch = true, epoch
		return nil
	})
}

// EnableUser implements login.UserAdmin.
func (m *Memory) EnableUser(ctx context.Context, id string) error {
	return m.change(ctx, id, func(u *login.User) error {
		if !u.Disabled {
			return nil
		}
		u.Disabled = false
		return m.tell(notice(id, login.NoticeEnabled, ""))
	})
}

// LogoutUser implements login.UserAdmin.
func (m *Memory) LogoutUser(ctx context.Context, id, epoch string) error {
	return m.change(ctx, id, func(u *login.User) error {
		u.Epoch = epoch
		return m.tell(notice(id, login.NoticeSessionRevoked, ""))
	})
}

// ChangeUser implements login.UserAdmin.
func (m *Memory) ChangeUser(ctx context.Context, id string, c login.UserChange) error {
	return m.change(ctx, id, func(u *login.User) error {
		if c.Name != nil {
			u.Name, u.NameGiven = *c.Name, cutGiven(c.Given)
		}
		if c.Avatar != nil {
			u.Avatar, u.AvatarGiven = *c.Avatar, cutGiven(c.Given)
		}
		if c.Roles != nil {
			u.Roles = slices.Clone(*c.Roles)
		}
		return nil
	})
}

// change changes a user unless the change fails.
func (m *Memory) change(ctx context.Context, id string, change func(*login.User) error) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	u, ok := m.users[id]
	if !ok {
		return login.ErrUserNotFound
	}
	if err := change(&u); err != nil {
		return err
	}
	m.users[id] = u
	return nil
}

// DeleteUser implements login.UserAdmin.
func (m *Memory) DeleteUser(ctx context.Context, u login.User) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	stored, ok := m.users[u.ID]
	switch {
	case !ok:
		return login.ErrUserNotFound
	case !maps.Equal(stored.Apps, u.Apps), stored.Phone.Index != u.Phone.Index,
		!slices.Equal(slices.Sorted(slices.Values(stored.Unions)), slices.Sorted(slices.Values(u.Unions))):
		return login.ErrUserChanged
	}
	if err := m.tell(notice(u.ID, login.NoticeDeleted, "")); err != nil {
		return err
	}
	for appID, app := range stored.Apps {
		m.removeBinding(appID, app)
	}
	maps.DeleteFunc(m.names, func(_, id string) bool { return id == u.ID })
	delete(m.users, u.ID)
	delete(m.secrets, u.ID)
	return nil
}

func copyUser(u login.User) login.User {
	u.Roles, u.Unions = slices.Clone(u.Roles), slices.Clone(u.Unions)
	u.Replaced, u.Apps = maps.Clone(u.Replaced), maps.Clone(u.Apps)
	return u
}

func copyMenus(menus []login.Menu) []login.Menu {
	menus = slices.Clone(menus)
	for i := range menus {
		menus[i].Children = copyMenus(menus[i].Children)
	}
	return menus
}
