package dynamostore_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

type item = map[string]types.AttributeValue

func (s *scene) load(table string, key item) item {
	s.Helper()
	out, err := s.client.GetItem(s.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	s.must(err)
	if out.Item == nil {
		s.Fatal("no such item")
	}
	return out.Item
}

// gone reports whether there is no such item.
func (s *scene) gone(table string, key item) bool {
	s.Helper()
	out, err := s.client.GetItem(s.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	s.must(err)
	return out.Item == nil
}

func (s *scene) save(table string, it item) {
	s.Helper()
	_, err := s.client.PutItem(s.Context(), &dynamodb.PutItemInput{TableName: &table, Item: it})
	s.must(err)
}

func (s *scene) remove(table string, key item) {
	s.Helper()
	_, err := s.client.DeleteItem(s.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key})
	s.must(err)
}

func pk(key string) item { return item{"pk": &types.AttributeValueMemberS{Value: key}} }

func (s *scene) sessionKey() item {
	return item{
		"userId":    &types.AttributeValueMemberS{Value: s.session.UserID},
		"tokenHash": &types.AttributeValueMemberS{Value: s.session.TokenHash},
	}
}

// DynamoDB deletes an item once the time in ttl, in whole seconds, has passed. That must never be before the end.
func TestTTLIsTheEndRoundedUp(t *testing.T) {
	s := newScene(t)
	s.session.TokenHash += "-second"
	for end, want := range map[time.Time]string{
		time.UnixMilli(1764000000000): "1764000000",
		time.UnixMilli(1764000000001): "1764000001",
		time.UnixMilli(1764000000999): "1764000001",
	} {
		s.session.TokenHash += "-"
		s.session.AbsoluteEnd = end
		_, err := s.store.CreateSession(t.Context(), s.session)
		s.must(err)
		s.must(s.store.StoreRecord(t.Context(), s.record, login.Record{Version: "v1", ExpiresAt: end}))
		for _, it := range []item{s.load(s.tables.Sessions, s.sessionKey()), s.load(s.tables.Ephemeral, pk(s.record))} {
			if ttl, ok := it["ttl"].(*types.AttributeValueMemberN); !ok || ttl.Value != want {
				t.Fatalf("ttl %v for %v, want %s", it["ttl"], end, want)
			}
		}
	}
}

func TestUnbindRemovesABindingWhoseUserOrNoteIsGone(t *testing.T) {
	t.Run("user", func(t *testing.T) {
		s := newScene(t)
		s.remove(s.tables.Users, pk("user#"+s.user.ID))
		s.must(s.faulty.Unbind(t.Context(), s.binding, false))
		s.requests("TransactWriteItems", 2)
		_, err := s.bindingNow()
		s.want(err, login.ErrBindingNotFound)
		_, err = s.store.UserByID(t.Context(), s.user.ID)
		s.want(err, login.ErrUserNotFound)
	})
	t.Run("note", func(t *testing.T) {
		s := newScene(t)
		user := s.load(s.tables.Users, pk("user#"+s.user.ID))
		user["apps"] = &types.AttributeValueMemberM{Value: item{}}
		s.save(s.tables.Users, user)
		s.must(s.store.Unbind(t.Context(), s.binding, false))
		_, err := s.bindingNow()
		s.want(err, login.ErrBindingNotFound)
	})
}

// faults are values that no attribute may have, and values that only some may have.
var faults = map[string]types.AttributeValue{
	"missing":         nil,
	"null":            &types.AttributeValueMemberNULL{Value: true},
	"text":            &types.AttributeValueMemberS{Value: private},
	"number":          &types.AttributeValueMemberN{Value: "7"},
	"fraction":        &types.AttributeValueMemberN{Value: "7.5"},
	"list of numbers": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberN{Value: "7"}}},
	"map of texts":    &types.AttributeValueMemberM{Value: item{private: &types.AttributeValueMemberS{Value: private}}},
	"list of short":   &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberB{Value: []byte("short")}}},
	"map of maps":     &types.AttributeValueMemberM{Value: item{private: &types.AttributeValueMemberM{Value: item{}}}},
}

// added are the attributes that items of earlier versions lack, or of users who have no such thing.
var added = []string{
	"openIdHash", "describedAs", "epoch", "passwordId", "marks", "index", "union", "knownIn", "phoneIndex", "registeredIn", "unions",
	"replaced#" + otherApp, "avatar", "nameGiven", "avatarGiven", "phoneAppId", "taken", "notices",
}

// mayBe reports whether the value is valid for this attribute.
func mayBe(fault, attribute string, whole types.AttributeValue) bool {
	if fault == "missing" {
		return slices.Contains(added, attribute)
	}
	switch whole.(type) {
	case *types.AttributeValueMemberS:
		return fault == "text" && attribute != "menus"
	case *types.AttributeValueMemberN:
		return fault == "number"
	}
	return false
}

func TestBrokenItemIsUnavailableAndNamesTableAndAttribute(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	user := s.load(s.tables.Users, pk("user#"+s.user.ID))
	user["replaced#"+otherApp] = &types.AttributeValueMemberM{Value: item{
		"at": &types.AttributeValueMemberN{Value: "1764000000123"}, "openId": &types.AttributeValueMemberS{Value: private},
	}}
	for _, given := range []string{"nameGiven", "avatarGiven"} {
		user[given] = &types.AttributeValueMemberM{Value: item{
			"at": &types.AttributeValueMemberN{Value: "1764000000123"}, "appId": &types.AttributeValueMemberS{Value: app},
		}}
	}
	user["avatar"], user["phoneAppId"] = &types.AttributeValueMemberS{Value: private}, &types.AttributeValueMemberS{Value: app}
	s.save(s.tables.Users, user)
	s.must(s.store.LogoutUser(ctx, s.user.ID, "epoch-2"))
	s.delivered(1)
	for _, noun := range []struct {
		name, table, at string
		key             item
		read            func() error
		// unread are the key and attributes that only DynamoDB uses, or that the read replaces.
		unread []string
	}{
		{"binding", "Bindings", s.tables.Bindings, pk(app + "#" + s.binding.OpenID), func() error {
			_, err := s.store.BindingByOpenID(ctx, app, s.binding.OpenID)
			return err
		}, []string{"pk"}},
		{"session", "Sessions", s.tables.Sessions, s.sessionKey(), func() error {
			_, err := s.store.SessionsOfUser(ctx, s.user.ID)
			return err
		}, []string{"userId", "tokenHash", "ttl"}},
		{"user", "Users", s.tables.Users, pk("user#" + s.user.ID), func() error {
			_, err := s.store.UserByID(ctx, s.user.ID)
			return err
		}, []string{"pk"}},
		{"password", "Users", s.tables.Users, pk("password#" + s.user.ID), func() error {
			_, _, err := s.store.UserWithPassword(ctx, s.user.ID)
			return err
		}, []string{"pk"}},
		{"name", "Users", s.tables.Users, pk("name#" + s.user.Username), func() error {
			_, err := s.store.UserIDByName(ctx, s.user.Username)
			return err
		}, []string{"pk"}},
		{"phone", "Users", s.tables.Users, pk("phone#" + s.user.Phone.Index), func() error {
			_, err := s.store.OwnerOfPhone(ctx, s.user.Phone.Index)
			return err
		}, []string{"pk"}},
		{"union", "Users", s.tables.Users, pk("union#" + s.binding.Union), func() error {
			_, err := s.store.OwnerOfUnion(ctx, s.binding.Union)
			return err
		}, []string{"pk"}},
		{"role", "Users", s.tables.Users, pk("role#" + s.role.Name), func() error {
			_, err := s.store.MenusByRole(ctx, []string{s.role.Name})
			return err
		}, []string{"pk"}},
		{"record", "Ephemeral", s.tables.Ephemeral, pk(s.record), func() error {
			_, err := s.store.LoadRecord(ctx, s.record)
			return err
		}, []string{"pk", "ttl"}},
		{"outbox", "Outbox", s.tables.Outbox, s.outboxKey(), func() error {
			_, err := s.store.NoticesOf(ctx, s.user.ID)
			return err
		}, []string{"userId", "since"}},
	} {
		whole := s.load(noun.at, noun.key)
		for _, attribute := range slices.Sorted(maps.Keys(whole)) {
			for fault, value := range faults {
				if slices.Contains(noun.unread, attribute) || mayBe(fault, attribute, whole[attribute]) {
					continue
				}
				broken := maps.Clone(whole)
				if broken[attribute] = value; value == nil {
					delete(broken, attribute)
				}
				s.save(noun.at, broken)
				err := noun.read()
				if err == nil {
					t.Fatalf("no error for %s of a %s: %s", attribute, noun.name, fault)
				}
				s.want(err, login.StoreUnavailable)
				s.silent(err)
				s.says(err, fmt.Sprintf("%s has bad attributes: %s", noun.table, attribute))
			}
		}
		s.save(noun.at, whole)
		s.must(noun.read())
	}
}
