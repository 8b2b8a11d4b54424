package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// changedUser is the update of the user that every change of a password makes, as an item of a transaction.
func (s *Store) changedUser(c login.PasswordChange) *types.Update {
	sameEpoch := "epoch = :oldEpoch"
	if c.OldEpoch == "" { // perhaps the item is of an earlier version and has none
		sameEpoch = "(attribute_not_exists(epoch) OR epoch = :oldEpoch)"
	}
	return &types.Update{
		TableName:           &s.tables.Users,
		Key:                 userKey(c.UserID),
		UpdateExpression:    aws.String("SET epoch = :epoch, passwordId = :passwordId"),
		ConditionExpression: aws.String("passwordId = :oldId AND disabled = :no AND " + sameEpoch),
		ExpressionAttributeValues: item{
			":epoch": text(c.Epoch), ":passwordId": text(c.Password.ID),
			":oldEpoch": text(c.OldEpoch), ":oldId": text(c.OldID), ":no": flag(false),
		},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// refusedChange is why the update of changedUser was refused; nil if it was not, or not for a reason that all changes
// share.
func refusedChange(user refusal, c login.PasswordChange) error {
	if !user.broken {
		return nil
	}
	if user.stored == nil {
		return login.ErrUserNotFound
	}
	stored, err := userOf(user.stored)
	switch {
	case err != nil:
		return err
	case stored.PasswordID != c.OldID:
		return login.ErrPasswordChanged
	case stored.Disabled:
		return login.UserDisabled
	case stored.Epoch != c.OldEpoch:
		return login.SessionRevoked
	}
	return nil
}

func passwordChanged(userID, appID string) login.Notice {
	return login.Notice{UserID: userID, Type: login.NoticePasswordChanged, AppID: appID}
}

// ChangePassword implements login.PasswordChanges.
func (s *Store) ChangePassword(ctx context.Context, c login.PasswordChange, tokenHash string) error {
	err := s.tell(ctx, "ChangePassword", []types.TransactWriteItem{
		{Update: s.changedUser(c)},
		s.putPassword(c.UserID, c.Password),
		{Update: &types.Update{
			TableName:                 &s.tables.Sessions,
			Key:                       sessionKey(c.UserID, tokenHash),
			UpdateExpression:          aws.String("SET epoch = :epoch"),
			ConditionExpression:       aws.String("attribute_exists(tokenHash) AND endedReason = :none"),
			ExpressionAttributeValues: item{":epoch": text(c.Epoch), ":none": text("")},
		}},
	}, passwordChanged(c.UserID, ""))
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return err
	}
	if err := refusedChange(no.items[0], c); err != nil {
		return err
	}
	return login.ErrSessionNotFound
}

// BindWithPassword implements login.PasswordChanges.
func (s *Store) BindWithPassword(ctx context.Context, c login.PasswordChange, b login.Binding, session login.Session) error {
	user := s.changedUser(c)
	user.UpdateExpression = aws.String(*user.UpdateExpression + ", apps.#app = :note")
	user.ConditionExpression = aws.String(*user.ConditionExpression + " AND attribute_not_exists(apps.#app)")
	user.ExpressionAttributeNames = map[string]string{"#app": b.AppID}
	user.ExpressionAttributeValues[":note"] = noteOf(b.Note())
	err := s.tell(ctx, "BindWithPassword", []types.TransactWriteItem{
		{Update: user},
		s.putBinding(b),
		{Put: &types.Put{TableName: &s.tables.Sessions, Item: sessionItem(session)}},
		s.putPassword(c.UserID, c.Password),
	}, passwordChanged(c.UserID, b.AppID), bound(b))
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return err
	}
	if err := refusedChange(no.items[0], c); err != nil {
		return err
	}
	identity := no.items[1]
	if !identity.broken {
		return login.UserBound
	}
	_, err = boundTo(identity.stored, b.UserID)
	return err
}

// OpenWithPassword implements login.PasswordChanges.
func (s *Store) OpenWithPassword(ctx context.Context, c login.PasswordChange, session login.Session) error {
	user := s.changedUser(c)
	user.ConditionExpression = aws.String(*user.ConditionExpression + " AND apps.#app.bindingId = :bindingId")
	user.ExpressionAttributeNames = map[string]string{"#app": session.AppID}
	user.ExpressionAttributeValues[":bindingId"] = text(session.BindingID)
	err := s.tell(ctx, "OpenWithPassword", []types.TransactWriteItem{
		{Update: user},
		{Put: &types.Put{TableName: &s.tables.Sessions, Item: sessionItem(session)}},
		s.putPassword(c.UserID, c.Password),
	}, passwordChanged(c.UserID, session.AppID))
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return err
	}
	if err := refusedChange(no.items[0], c); err != nil {
		return err
	}
	return login.BindingRemoved
}
