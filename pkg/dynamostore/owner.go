package dynamostore

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// A phone number and a unionid lead to their user by an item of their own, which also keeps them unique. The user notes
// both: what leads to a user and what the user notes change in one transaction.

func phoneKey(index string) item { return item{keyAttribute: text(phonePrefix + index)} }
func unionKey(index string) item { return item{keyAttribute: text(unionPrefix + index)} }

// knownInAttribute is absent for a number.
const knownInAttribute = "knownIn"

// ownerItem is what leads to a user. The epoch and the app are hints: nothing keeps them up to date when the user's own epoch is
// replaced, or the binding in the app removed.
func ownerItem(key item, owner login.Owner) item {
	it := maps.Clone(key)
	it[userIDAttribute] = text(owner.UserID)
	it["epoch"] = text(owner.Epoch)
	if owner.KnownIn != "" {
		it[knownInAttribute] = text(owner.KnownIn)
	}
	return it
}

func ownerOf(it item) (login.Owner, error) {
	r := &reader{noun: "Users", item: it}
	owner := login.Owner{UserID: r.text(userIDAttribute)}
	owner.Epoch, _ = r.added("epoch")
	owner.KnownIn, _ = r.added(knownInAttribute)
	return owner, r.err()
}

// OwnerOfPhone implements login.Admissions.
func (s *Store) OwnerOfPhone(ctx context.Context, index string) (login.Owner, error) {
	return s.owner(ctx, "OwnerOfPhone", phoneKey(index))
}

// OwnerOfUnion implements login.Admissions.
func (s *Store) OwnerOfUnion(ctx context.Context, index string) (login.Owner, error) {
	return s.owner(ctx, "OwnerOfUnion", unionKey(index))
}

func (s *Store) owner(ctx context.Context, name string, key item) (login.Owner, error) {
	it, err := s.get(ctx, name, s.tables.Users, key)
	switch {
	case err != nil:
		return login.Owner{}, err
	case it == nil:
		return login.Owner{}, login.ErrUserNotFound
	}
	return ownerOf(it)
}

// These are the conditions under which a key may be made to lead to a user.
const (
	ifNobodys = "attribute_not_exists(pk)"
	ifTheirs  = "userId = :from"
	ifEither  = "(attribute_not_exists(pk) OR userId = :from)"
)

// putOwner makes a key lead to a user. from is whom the condition names.
func (s *Store) putOwner(key item, owner login.Owner, condition, from string) types.TransactWriteItem {
	it := ownerItem(key, owner)
	put := &types.Put{
		TableName:                           &s.tables.Users,
		Item:                                it,
		ConditionExpression:                 &condition,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if condition != ifNobodys {
		put.ExpressionAttributeValues = item{":from": text(from)}
	}
	return types.TransactWriteItem{Put: put}
}

// deleteOwner makes a key lead nowhere, if it leads to this user.
func (s *Store) deleteOwner(key item, userID string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName:                 &s.tables.Users,
		Key:                       key,
		ConditionExpression:       aws.String("userId = :id"),
		ExpressionAttributeValues: item{":id": text(userID)},
	}}
}

// hint notes the owner's epoch, and the app of a unionid, in what leads to them. If it cannot, whoever comes that way next needs
// one more try.
func (s *Store) hint(ctx context.Context, name string, key item, owner login.Owner) {
	to := expression{
		change:    "SET epoch = :epoch",
		condition: "userId = :id",
		values:    item{":epoch": text(owner.Epoch), ":id": text(owner.UserID)},
	}
	if owner.KnownIn != "" {
		to.change += ", " + knownInAttribute + " = :app"
		to.values[":app"] = text(owner.KnownIn)
	}
	_, _ = s.update(ctx, name, s.tables.Users, key, to)
}
