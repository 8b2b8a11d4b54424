package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// passwordKey is a partition of its own, so that IAM can tell who may read passwords from who may read users
// (dynamodb:LeadingKeys).
func passwordKey(userID string) item { return item{keyAttribute: text(passwordPrefix + userID)} }

func passwordItem(userID string, p login.Password) item {
	it := passwordKey(userID)
	it["passwordId"] = text(p.ID)
	it["passwordHash"] = text(p.Hash)
	it["temporaryUntil"] = millis(p.TemporaryUntil)
	return it
}

func passwordOf(it item) (login.Password, error) {
	r := &reader{noun: "Users", item: it}
	p := login.Password{
		ID:             r.text("passwordId"),
		Hash:           login.Hidden(r.text("passwordHash")),
		TemporaryUntil: r.time("temporaryUntil"),
	}
	return p, r.err()
}

func (s *Store) putPassword(userID string, p login.Password) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Users, Item: passwordItem(userID, p)}}
}

// UserWithPassword implements login.Passwords.
func (s *Store) UserWithPassword(ctx context.Context, id string) (user login.User, password login.Password, err error) {
	found, err := s.batch(ctx, "UserWithPassword", map[string][]item{s.tables.Users: {userKey(id), passwordKey(id)}})
	if err != nil {
		return login.User{}, login.Password{}, err
	}
	exists := false
	for _, it := range found[s.tables.Users] {
		if key, ok := it[keyAttribute].(*types.AttributeValueMemberS); ok && key.Value == userPrefix+id {
			exists = true
			user, err = userOf(it)
		} else {
			password, err = passwordOf(it)
		}
		if err != nil {
			return login.User{}, login.Password{}, err
		}
	}
	if !exists {
		return login.User{}, login.Password{}, login.ErrUserNotFound
	}
	return user, password, nil
}

// ReplacePassword implements login.Passwords.
func (s *Store) ReplacePassword(ctx context.Context, userID, oldID string, p login.Password, epoch string) error {
	c := raised(epoch).and("passwordId", text(p.ID)).told(login.NoticePasswordChanged)
	c.when = []string{"passwordId = :old"}
	c.values[":old"] = text(oldID)
	stored, err := s.changeUser(ctx, "ReplacePassword", userID, c, s.putPassword(userID, p))
	if err == nil && stored != nil {
		return login.ErrPasswordChanged
	}
	return err
}

// RenewHash implements login.Passwords.
func (s *Store) RenewHash(ctx context.Context, userID string, old, replacement login.Hidden) error {
	_, err := s.update(ctx, "RenewHash", s.tables.Users, passwordKey(userID), expression{
		change:    "SET passwordHash = :new",
		condition: "passwordHash = :old",
		values:    item{":new": text(replacement), ":old": text(old)},
	})
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return err
	case no.items[0].stored == nil:
		return login.ErrPasswordChanged
	}
	stored, err := passwordOf(no.items[0].stored)
	if err == nil && stored.Hash != replacement {
		err = login.ErrPasswordChanged
	}
	return err // nil if this very write has stored it: each hash has its own salt
}

// deletePassword removes a user's password, if there is one.
func (s *Store) deletePassword(userID string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Users, Key: passwordKey(userID)}}
}
