package dynamostore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// ReplacePassword implements login.UserAdmin.
func (s *Store) ReplacePassword(ctx context.Context, id string, old, replacement login.Hidden, notBefore time.Time) error {
	stored, err := s.changeAndRaise(ctx, "ReplacePassword", id, notBefore, userChange{
		set:    []string{"passwordHash = :new"},
		when:   []string{"passwordHash = :old"},
		values: item{":new": text(replacement), ":old": text(old)},
	})
	if err != nil || stored == nil {
		return err
	}
	r := &reader{noun: "Users", item: stored}
	hash := login.Hidden(r.text("passwordHash"))
	switch {
	case r.err() != nil:
		return r.err()
	case hash != replacement:
		return login.ErrPasswordChanged
	}
	return nil // by this very write: each hash has its own salt
}

// DisableUser implements login.UserAdmin.
func (s *Store) DisableUser(ctx context.Context, id string, notBefore time.Time) error {
	_, err := s.changeAndRaise(ctx, "DisableUser", id, notBefore, disabled(true))
	return err
}

// EnableUser implements login.UserAdmin.
func (s *Store) EnableUser(ctx context.Context, id string) error {
	_, err := s.changeUser(ctx, "EnableUser", id, disabled(false))
	return err
}

// LogoutUser implements login.UserAdmin.
func (s *Store) LogoutUser(ctx context.Context, id string, notBefore time.Time) error {
	_, err := s.changeAndRaise(ctx, "LogoutUser", id, notBefore, userChange{})
	return err
}
