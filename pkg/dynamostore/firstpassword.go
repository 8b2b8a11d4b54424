package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// ClaimUsername implements login.Admissions.
func (s *Store) ClaimUsername(ctx context.Context, userID, username string, p login.Password) error {
	err := s.tell(ctx, "ClaimUsername", []types.TransactWriteItem{
		{Update: &types.Update{
			TableName:        &s.tables.Users,
			Key:              userKey(userID),
			UpdateExpression: aws.String("SET username = :username, passwordId = :passwordId"),
			ConditionExpression: aws.String("username = :none AND attribute_not_exists(" + describedAttribute + ")" +
				" AND (attribute_not_exists(passwordId) OR passwordId = :none)"),
			ExpressionAttributeValues:           item{":username": text(username), ":passwordId": text(p.ID), ":none": text("")},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		{Put: &types.Put{
			TableName: &s.tables.Users, Item: nameItem(username, userID), ConditionExpression: aws.String("attribute_not_exists(pk)"),
		}},
		s.putPassword(userID, p),
	}, passwordChanged(userID, ""))
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return err
	case !no.items[0].broken:
		return login.ErrUsernameTaken
	case no.items[0].stored == nil:
		return login.ErrUserNotFound
	}
	stored, err := userOf(no.items[0].stored)
	if err == nil && (stored.Username != username || stored.PasswordID != p.ID) { // else this was done before
		err = login.ErrUserChanged
	}
	return err
}
