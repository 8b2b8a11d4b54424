package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// NoteUnion implements login.Admissions. It makes one transaction, or one more write if the unionid is another user's.
func (s *Store) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	note := expression{
		change:    "SET #union = :union",
		condition: "bindingId = :id AND userId = :user",
		names:     map[string]string{"#union": unionAttribute},
		values:    item{":union": packedIndex(index), ":id": text(b.ID), ":user": text(b.UserID)},
	}
	err := s.transact(ctx, "NoteUnion",
		types.TransactWriteItem{Update: &types.Update{
			TableName:                 &s.tables.Bindings,
			Key:                       bindingKey(b.AppID, b.OpenID),
			UpdateExpression:          &note.change,
			ConditionExpression:       &note.condition,
			ExpressionAttributeNames:  note.names,
			ExpressionAttributeValues: note.values,
		}},
		s.putOwner(unionKey(index), login.Owner{UserID: b.UserID, Epoch: b.Epoch}, ifEither, b.UserID),
		types.TransactWriteItem{Update: &types.Update{
			TableName:                 &s.tables.Users,
			Key:                       userKey(b.UserID),
			UpdateExpression:          aws.String("ADD " + unionsAttribute + " :unions"),
			ConditionExpression:       aws.String("attribute_exists(pk)"),
			ExpressionAttributeValues: item{":unions": set([]string{index})},
		}},
	)
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return err
	case no.items[0].broken, !no.items[1].broken: // of a user who is gone, no binding is left but by accident
		return login.ErrBindingNotFound
	}
	if _, err = s.update(ctx, "NoteUnion", s.tables.Bindings, bindingKey(b.AppID, b.OpenID), note); err == nil {
		return login.ErrUnionTaken
	}
	if _, ok := errors.AsType[*refused](err); ok {
		return login.ErrBindingNotFound
	}
	return err
}
