package dynamostore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// DisableUser implements login.UserAdmin.
func (s *Store) DisableUser(ctx context.Context, id, epoch string) error {
	_, err := s.changeUser(ctx, "DisableUser", id, raised(epoch).and("disabled", flag(true)))
	return err
}

// EnableUser implements login.UserAdmin.
func (s *Store) EnableUser(ctx context.Context, id string) error {
	_, err := s.changeUser(ctx, "EnableUser", id, userChange{
		set: []string{"disabled = :disabled"}, values: item{":disabled": flag(false)},
	})
	return err
}

// LogoutUser implements login.UserAdmin.
func (s *Store) LogoutUser(ctx context.Context, id, epoch string) error {
	_, err := s.changeUser(ctx, "LogoutUser", id, raised(epoch))
	return err
}

// ChangeUser implements login.UserAdmin. A change of nothing only finds out whether there is such a user.
func (s *Store) ChangeUser(ctx context.Context, id string, c login.UserChange) error {
	if c.Name == nil && c.Roles == nil {
		_, err := s.UserByID(ctx, id)
		return err
	}
	change := userChange{names: map[string]string{}, values: item{}}
	if c.Name != nil {
		change.set, change.names["#name"], change.values[":name"] = append(change.set, "#name = :name"), "name", text(*c.Name)
	}
	if c.Roles != nil {
		change.set, change.names["#roles"], change.values[":roles"] = append(change.set, "#roles = :roles"), "roles", texts(*c.Roles)
	}
	_, err := s.changeUser(ctx, "ChangeUser", id, change)
	return err
}
