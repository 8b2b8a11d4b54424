package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// bindingKey is appid#openid. An appid is of [A-Za-z0-9_-], so the first # ends it.
func bindingKey(appID, openID string) item {
	return item{keyAttribute: text(appID + "#" + openID)}
}

func bindingItem(b login.Binding) item {
	it := bindingKey(b.AppID, b.OpenID)
	it["bindingId"] = text(b.ID)
	it["appId"] = text(b.AppID)
	it["openId"] = text(b.OpenID)
	it["unionId"] = text(b.UnionID)
	it["userId"] = text(b.UserID)
	it["sealedKey"] = text(b.SealedKey)
	it["boundAt"] = millis(b.BoundAt)
	it["lastLoginAt"] = millis(b.LastLoginAt)
	return it
}

func bindingOf(it item) (login.Binding, error) {
	r := &reader{noun: "Bindings", item: it}
	b := login.Binding{
		ID:          r.text("bindingId"),
		AppID:       r.text("appId"),
		OpenID:      r.text("openId"),
		UnionID:     r.text("unionId"),
		UserID:      r.text("userId"),
		SealedKey:   r.text("sealedKey"),
		BoundAt:     r.time("boundAt"),
		LastLoginAt: r.time("lastLoginAt"),
	}
	return b, r.err()
}

// TouchBinding implements login.Bindings.
func (s *Store) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	change := "SET lastLoginAt = :at, sealedKey = :key"
	values := item{":at": millis(t.At), ":key": text(t.SealedKey)}
	if t.UnionID != "" {
		change += ", unionId = :union"
		values[":union"] = text(t.UnionID)
	}
	it, err := s.update(ctx, "TouchBinding", s.tables.Bindings, bindingKey(t.AppID, t.OpenID),
		change, "attribute_exists(pk) AND lastLoginAt <= :at", values)
	if no, ok := errors.AsType[*refused](err); ok {
		if it = no.items[0].stored; it == nil {
			return login.Binding{}, login.ErrBindingNotFound
		}
		return bindingOf(it) // a newer login has marked it
	}
	if err != nil {
		return login.Binding{}, err
	}
	return bindingOf(it)
}

// Bind implements login.Bindings. The binding's own key keeps an identity to one
// user, the note in the user keeps a user to one openid in an app.
func (s *Store) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
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
				" AND disabled = :no AND notBefore < :created"),
			ExpressionAttributeNames: map[string]string{"#app": b.AppID},
			ExpressionAttributeValues: item{
				":note":    noteOf(login.UserApp{OpenID: b.OpenID, BindingID: b.ID}),
				":no":      flag(false),
				":created": millis(session.CreatedAt),
			},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		types.TransactWriteItem{Put: &types.Put{
			TableName: &s.tables.Sessions,
			Item:      sessionItem(session),
		}},
	)
	if err == nil {
		return b, nil
	}
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return login.Binding{}, err
	}
	identity, user := no.items[0], no.items[1]
	switch {
	case identity.broken:
		stored, err := bindingOf(identity.stored)
		switch {
		case err != nil:
			return login.Binding{}, err
		case stored.UserID == b.UserID:
			return stored, login.ErrAlreadyBound
		}
		return login.Binding{}, login.IdentityBound
	case user.stored == nil:
		return login.Binding{}, login.ErrUserNotFound
	}
	stored, err := userOf(user.stored)
	switch {
	case err != nil:
		return login.Binding{}, err
	case stored.Disabled:
		return login.Binding{}, login.UserDisabled
	case !session.CreatedAt.After(stored.NotBefore):
		return login.Binding{}, login.SessionRevoked
	}
	return login.Binding{}, login.UserBound
}

// Unbind implements login.Bindings.
func (s *Store) Unbind(ctx context.Context, b login.Binding) error {
	binding := types.TransactWriteItem{Delete: &types.Delete{
		TableName:                 &s.tables.Bindings,
		Key:                       bindingKey(b.AppID, b.OpenID),
		ConditionExpression:       aws.String("bindingId = :id AND userId = :user"),
		ExpressionAttributeValues: item{":id": text(b.ID), ":user": text(b.UserID)},
	}}
	note := types.TransactWriteItem{Update: &types.Update{
		TableName:                 &s.tables.Users,
		Key:                       userKey(b.UserID),
		UpdateExpression:          aws.String("REMOVE apps.#app"),
		ConditionExpression:       aws.String("apps.#app.bindingId = :id"),
		ExpressionAttributeNames:  map[string]string{"#app": b.AppID},
		ExpressionAttributeValues: item{":id": text(b.ID)},
	}}
	err := s.transact(ctx, "Unbind", binding, note)
	if no, ok := errors.AsType[*refused](err); ok && !no.items[0].broken {
		// The user is gone, or its note is: nothing but the binding is left to remove.
		err = s.transact(ctx, "Unbind", binding)
	}
	if _, ok := errors.AsType[*refused](err); ok {
		return login.ErrBindingNotFound
	}
	return err
}
