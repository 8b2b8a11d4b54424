package dynamostore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// DisableUser implements login.UserAdmin. Where notices are kept, a user who is disabled already takes a second call, which tells
// nothing.
func (s *Store) DisableUser(ctx context.Context, id, epoch string) error {
	disabling := func() userChange { return raised(epoch).and("disabled", flag(true)) }
	if s.tables.Outbox == "" {
		_, err := s.changeUser(ctx, "DisableUser", id, disabling())
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		for _, c := range []userChange{
			disabling().told(login.NoticeDisabled).whenDisabled(false), disabling().whenDisabled(true),
		} {
			if stored, err := s.changeUser(ctx, "DisableUser", id, c); err != nil || stored == nil {
				return err
			}
		}
	}
}

// EnableUser implements login.UserAdmin.
func (s *Store) EnableUser(ctx context.Context, id string) error {
	c := userChange{values: item{}}.and("disabled", flag(false))
	if s.tables.Outbox != "" { // whoever is enabled already is in no notice
		c = c.told(login.NoticeEnabled).whenDisabled(true)
	}
	_, err := s.changeUser(ctx, "EnableUser", id, c)
	return err
}

// LogoutUser implements login.UserAdmin.
func (s *Store) LogoutUser(ctx context.Context, id, epoch string) error {
	_, err := s.changeUser(ctx, "LogoutUser", id, raised(epoch).told(login.NoticeSessionRevoked))
	return err
}

// ChangeUser implements login.UserAdmin. A change of nothing only finds out whether there is such a user.
func (s *Store) ChangeUser(ctx context.Context, id string, c login.UserChange) error {
	if c.Name == nil && c.Avatar == nil && c.Roles == nil {
		_, err := s.UserByID(ctx, id)
		return err
	}
	change := userChange{names: map[string]string{}, values: item{}}
	if c.Name != nil {
		change.names["#name"] = "name"
		change = change.and("#name", text(*c.Name)).orRemoved(nameGivenAttribute, givenValue(c.Given), c.Given != login.Given{})
	}
	if c.Avatar != nil {
		change = change.orRemoved(avatarAttribute, text(*c.Avatar), *c.Avatar != "")
		change = change.orRemoved(avatarGivenAttribute, givenValue(c.Given), c.Given != login.Given{})
	}
	if c.Roles != nil {
		change.names["#roles"] = "roles"
		change = change.and("#roles", texts(*c.Roles))
	}
	_, err := s.changeUser(ctx, "ChangeUser", id, change)
	return err
}
