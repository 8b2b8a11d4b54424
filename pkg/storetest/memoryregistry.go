package storetest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// AddUser implements login.UserRegistry.
func (m *Memory) AddUser(ctx context.Context, u login.User, p login.Password) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if _, taken := m.names[u.Username]; taken {
		return login.ErrUsernameTaken
	}
	if _, taken := m.users[u.ID]; taken {
		return login.ErrIDTaken
	}
	if m.ownerOfPhone(u.Phone.Index) != "" {
		return login.ErrPhoneTaken
	}
	u.PasswordID, u.Unions, u.Replaced = p.ID, nil, nil
	m.createUser(u)
	m.setPassword(u.ID, p)
	if u.Username != "" {
		put(&m.names, u.Username, u.ID)
	}
	return nil
}

// createUser stores a new user who is not bound. The caller has the lock.
func (m *Memory) createUser(u login.User) {
	u = copyUser(u)
	u.CreatedAt, u.Phone.VerifiedAt, u.Apps = cut(u.CreatedAt), cut(u.Phone.VerifiedAt), map[string]login.UserApp{}
	u.NameGiven, u.AvatarGiven = cutGiven(u.NameGiven), cutGiven(u.AvatarGiven)
	put(&m.users, u.ID, u)
}

// ListUsers implements login.UserRegistry, in the order of the ids.
func (m *Memory) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var page []login.User
	for _, id := range slices.Sorted(maps.Keys(m.users)) {
		if id > after && len(page) < limit {
			page = append(page, copyUser(m.users[id]))
		}
	}
	return page, nil
}

// UsersByID implements login.UserRegistry.
func (m *Memory) UsersByID(ctx context.Context, ids []string) ([]login.User, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var found []login.User
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if u, ok := m.users[id]; ok {
			found = append(found, copyUser(u))
		}
	}
	return found, nil
}

// PutRole implements login.RoleRegistry.
func (m *Memory) PutRole(ctx context.Context, r login.Role) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	put(&m.roles, r.Name, copyMenus(r.Menus))
	return nil
}

// DeleteRole implements login.RoleRegistry.
func (m *Memory) DeleteRole(ctx context.Context, name string) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	delete(m.roles, name)
	return nil
}

// ListRoles implements login.RoleRegistry.
func (m *Memory) ListRoles(ctx context.Context) ([]login.Role, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var roles []login.Role
	for _, name := range slices.Sorted(maps.Keys(m.roles)) {
		roles = append(roles, login.Role{Name: name, Menus: copyMenus(m.roles[name])})
	}
	return roles, nil
}

// HashKinds implements login.HashKinds.
func (m *Memory) HashKinds(ctx context.Context) ([]string, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.kinds)), nil
}

// AddHashKind implements login.HashKinds.
func (m *Memory) AddHashKind(ctx context.Context, kind string, most int) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if !m.kinds[kind] && len(m.kinds) >= most {
		return login.ErrHashKindsFull
	}
	put(&m.kinds, kind, true)
	return nil
}

// EnrollUser implements login.Profiles.
func (m *Memory) EnrollUser(ctx context.Context, p login.Profile, createdAt time.Time, epoch string) (login.User, error) {
	if err := m.lock(ctx); err != nil {
		return login.User{}, err
	}
	defer m.mu.Unlock()
	u, ok := m.users[p.ID]
	if !ok {
		u = login.User{ID: p.ID, Epoch: epoch, CreatedAt: cut(createdAt), RegisteredIn: p.RegisteredIn, Apps: map[string]login.UserApp{}}
	}
	return m.describe(u, p), nil
}

// RefreshUser implements login.Profiles.
func (m *Memory) RefreshUser(ctx context.Context, p login.Profile) (login.User, error) {
	if err := m.lock(ctx); err != nil {
		return login.User{}, err
	}
	defer m.mu.Unlock()
	u, ok := m.users[p.ID]
	if !ok {
		return login.User{}, login.ErrUserNotFound
	}
	return m.describe(u, p), nil
}

// RaiseEpoch implements login.Profiles.
func (m *Memory) RaiseEpoch(ctx context.Context, id, epoch string) error {
	return m.change(ctx, id, func(u *login.User) error {
		u.Epoch = epoch
		return nil
	})
}

// describe stores a user as a directory describes them. Nobody claims the username: a directory keeps its own usernames
// unique.
func (m *Memory) describe(u login.User, p login.Profile) login.User {
	u.Username, u.Name, u.Avatar, u.Roles = p.Username, p.Name, p.Avatar, slices.Clone(p.Roles)
	u.NameGiven, u.AvatarGiven = login.Given{}, login.Given{}
	put(&m.users, u.ID, u)
	return copyUser(u)
}
