package dynamostore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// ReplacePassword implements login.Passwords.
func (s *Store) ReplacePassword(ctx context.Context, id string, old, replacement login.Hidden, epoch string) error {
	return s.changePassword(ctx, "ReplacePassword", id, old, raised(epoch).and("passwordHash", text(replacement)))
}

// RenewHash implements login.Passwords.
func (s *Store) RenewHash(ctx context.Context, id string, old, replacement login.Hidden) error {
	return s.changePassword(ctx, "RenewHash", id, old, userChange{
		set: []string{"passwordHash = :passwordHash"}, values: item{":passwordHash": text(replacement)},
	})
}

// changePassword changes a user whose password hash is still the old one.
//
// Errors: login.ErrUserNotFound, login.ErrPasswordChanged.
func (s *Store) changePassword(ctx context.Context, name, id string, old login.Hidden, c userChange) error {
	c.when = []string{"passwordHash = :old"}
	c.values[":old"] = text(old)
	stored, err := s.changeUser(ctx, name, id, c)
	if err == nil && stored != nil {
		return login.ErrPasswordChanged
	}
	return err
}
