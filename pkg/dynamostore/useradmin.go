package dynamostore

import (
	"context"
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
