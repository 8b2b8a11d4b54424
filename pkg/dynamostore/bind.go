package dynamostore

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Bind implements login.Bindings. The binding's own key limits an identity to one user. The note in the user limits the
// user to one openid per app.
func (s *Store) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	err := s.tell(ctx, "Bind", []types.TransactWriteItem{
		s.putBinding(b), {Update: s.noteBinding(b, session.Epoch, noBinding)}, s.putNewSession(session),
	}, bound(b))
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
		return boundTo(identity.stored, b.UserID)
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

// bound and unbound tell that a binding came and went.
func bound(b login.Binding) login.Notice {
	return login.Notice{UserID: b.UserID, Type: login.NoticeBound, AppID: b.AppID}
}

func unbound(b login.Binding) login.Notice {
	return login.Notice{UserID: b.UserID, Type: login.NoticeUnbound, AppID: b.AppID}
}

// putBinding stores a binding if its identity is not bound.
func (s *Store) putBinding(b login.Binding) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                           &s.tables.Bindings,
		Item:                                bindingItem(b),
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// putNewSession stores a session, unless it is stored.
func (s *Store) putNewSession(session login.Session) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName:           &s.tables.Sessions,
		Item:                sessionItem(session),
		ConditionExpression: aws.String(newSession),
	}}
}

// noBinding is the condition that a user has no binding in an app.
const noBinding = "attribute_not_exists(apps.#app)"

// noteBinding notes a binding in its user, who must have this epoch and be enabled. place is the condition on what they
// note for the app.
func (s *Store) noteBinding(b login.Binding, epoch, place string) *types.Update {
	sameEpoch := "epoch = :epoch"
	if epoch == "" { // perhaps the item is of an earlier version and has none
		sameEpoch = "(attribute_not_exists(epoch) OR epoch = :epoch)"
	}
	return &types.Update{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(b.UserID),
		UpdateExpression:                    aws.String("SET apps.#app = :note"),
		ConditionExpression:                 aws.String("attribute_exists(pk) AND " + place + " AND disabled = :no AND " + sameEpoch),
		ExpressionAttributeNames:            map[string]string{"#app": b.AppID},
		ExpressionAttributeValues:           item{":note": noteOf(b.Note()), ":no": flag(false), ":epoch": text(epoch)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// boundTo says to whom the identity of a stored binding is bound: to this user or another.
func boundTo(it item, userID string) (login.Binding, error) {
	stored, err := markedBindingOf(it)
	switch {
	case err != nil:
		return login.Binding{}, err
	case stored.UserID == userID:
		return stored, login.ErrAlreadyBound
	}
	return login.Binding{}, login.IdentityBound
}

// Unbind implements login.Bindings.
func (s *Store) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	writes := []types.TransactWriteItem{s.deleteBinding(b.AppID, b.OpenID, b.UserID, b.ID)}
	if b.Index != "" {
		writes = append(writes, s.putTombstone(b.Index))
	}
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
	err := s.tell(ctx, "Unbind", append(slices.Clone(writes), note), unbound(b))
	if no, ok := errors.AsType[*refused](err); ok && !no.items[0].broken {
		if noted, err := notes(no.items[len(writes)].stored, b); err != nil {
			return err
		} else if noted {
			return login.ErrLastBinding
		}
		// The user or its note is gone, so only the binding is left to remove.
		err = s.tell(ctx, "Unbind", writes, unbound(b))
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
