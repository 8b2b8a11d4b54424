package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Bind implements login.Bindings. The binding's own key limits an identity to one user. The note in the user limits the
// user to one openid per app.
func (s *Store) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	sameEpoch := "epoch = :epoch"
	if session.Epoch == "" { // perhaps the item is of an earlier version and has none
		sameEpoch = "(attribute_not_exists(epoch) OR epoch = :epoch)"
	}
	err := s.transact(ctx, "Bind",
		types.TransactWriteItem{Put: &types.Put{
			TableName:                           &s.tables.Bindings,
			Item:                                bindingItem(b),
			ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		types.TransactWriteItem{Update: &types.Update{
			TableName:        &s.tables.Users,
			Key:              userKey(b.UserID),
			UpdateExpression: aws.String("SET apps.#app = :note"),
			ConditionExpression: aws.String("attribute_exists(pk) AND attribute_not_exists(apps.#app)" +
				" AND disabled = :no AND " + sameEpoch),
			ExpressionAttributeNames: map[string]string{"#app": b.AppID},
			ExpressionAttributeValues: item{
				":note":  noteOf(login.UserApp{OpenID: b.OpenID, BindingID: b.ID}),
				":no":    flag(false),
				":epoch": text(session.Epoch),
			},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		types.TransactWriteItem{Put: &types.Put{
			TableName:           &s.tables.Sessions,
			Item:                sessionItem(session),
			ConditionExpression: aws.String(newSession),
		}},
	)
	if err == nil {
		return b, nil
	}
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return login.Binding{}, err
	}
	identity, user, done := no.items[0], no.items[1], no.items[2].broken
	switch {
	case identity.broken:
		stored, err := markedBindingOf(identity.stored)
		switch {
		case err != nil:
			return login.Binding{}, err
		case stored.UserID == b.UserID:
			return stored, login.ErrAlreadyBound
		}
		return login.Binding{}, login.IdentityBound
	case done && !user.broken:
		return login.Binding{}, login.BindingRemoved
	case user.stored == nil:
		return login.Binding{}, login.ErrUserNotFound
	}
	stored, err := userOf(user.stored)
	switch {
	case err != nil:
		return login.Binding{}, err
	case stored.Disabled:
		return login.Binding{}, login.UserDisabled
	case stored.Epoch != session.Epoch:
		return login.Binding{}, login.SessionRevoked
	}
	return login.Binding{}, login.UserBound
}

// Unbind implements login.Bindings.
func (s *Store) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	binding := s.deleteBinding(b.AppID, b.OpenID, b.UserID, b.ID)
	note := types.TransactWriteItem{Update: &types.Update{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(b.UserID),
		UpdateExpression:                    aws.String("REMOVE apps.#app"),
		ConditionExpression:                 aws.String("apps.#app.bindingId = :id"),
		ExpressionAttributeNames:            map[string]string{"#app": b.AppID},
		ExpressionAttributeValues:           item{":id": text(b.ID)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
	if keepLast {
		note.Update.ConditionExpression = aws.String("apps.#app.bindingId = :id AND size(apps) > :one")
		note.Update.ExpressionAttributeValues[":one"] = number(1)
	}
	err := s.transact(ctx, "Unbind", binding, note)
	if no, ok := errors.AsType[*refused](err); ok && !no.items[0].broken {
		if noted, err := notes(no.items[1].stored, b); err != nil {
			return err
		} else if noted {
			return login.ErrLastBinding
		}
		// The user or its note is gone, so only the binding is left to remove.
		err = s.transact(ctx, "Unbind", binding)
	}
	if _, ok := errors.AsType[*refused](err); ok {
		return login.ErrBindingNotFound
	}
	return err
}

// notes reports whether a user's item, nil for none, notes the binding.
func notes(user item, b login.Binding) (bool, error) {
	if user == nil {
		return false, nil
	}
	u, err := userOf(user)
	return err == nil && u.Apps[b.AppID].BindingID == b.ID, err
}

// deleteBinding removes the binding under an identity if it has this user and id.
func (s *Store) deleteBinding(appID, openID, userID, id string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName:                 &s.tables.Bindings,
		Key:                       bindingKey(appID, openID),
		ConditionExpression:       aws.String("bindingId = :id AND userId = :user"),
		ExpressionAttributeValues: item{":id": text(id), ":user": text(userID)},
	}}
}
