package dynamostore

import (
	"cmp"
	"context"
	"errors"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// NoteUnion implements login.Admissions. It makes one transaction, or another if the unionid is another user's.
func (s *Store) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	binding := types.TransactWriteItem{Update: &types.Update{
		TableName:                 &s.tables.Bindings,
		Key:                       bindingKey(b.AppID, b.OpenID),
		UpdateExpression:          aws.String("SET #union = :union"),
		ConditionExpression:       aws.String("bindingId = :id AND userId = :user"),
		ExpressionAttributeNames:  map[string]string{"#union": unionAttribute},
		ExpressionAttributeValues: item{":union": packedIndex(index), ":id": text(b.ID), ":user": text(b.UserID)},
	}}
	user := types.Update{
		TableName:                 &s.tables.Users,
		Key:                       userKey(b.UserID),
		UpdateExpression:          aws.String("SET apps.#app.#union = :union"),
		ConditionExpression:       aws.String("apps.#app.bindingId = :id"),
		ExpressionAttributeNames:  map[string]string{"#app": b.AppID, "#union": unionAttribute},
		ExpressionAttributeValues: item{":union": packedIndex(index), ":id": text(b.ID)},
	}
	found := user
	found.UpdateExpression = aws.String(*user.UpdateExpression + " ADD " + unionsAttribute + " :unions")
	found.ExpressionAttributeValues = item{":unions": set([]string{index})}
	maps.Copy(found.ExpressionAttributeValues, user.ExpressionAttributeValues)
	err := s.transact(ctx, "NoteUnion", binding,
		s.putOwner(unionKey(index), login.Owner{UserID: b.UserID, Epoch: b.Epoch, KnownIn: b.AppID}, ifEither, b.UserID),
		types.TransactWriteItem{Update: &found},
	)
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return err
	case no.items[0].broken, !no.items[1].broken: // what no user notes is no binding, but by accident
		return login.ErrBindingNotFound
	}
	err = s.transact(ctx, "NoteUnion", binding, types.TransactWriteItem{Update: &user})
	if _, ok := errors.AsType[*refused](err); ok {
		return login.ErrBindingNotFound
	}
	return cmp.Or(err, login.ErrUnionTaken)
}
