package dynamostore

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// userChange is what an update of a user sets. Its conditions apply in addition to the one that the user exists.
type userChange struct {
	set  []string
	when []string
	// names are those of the attributes that DynamoDB's grammar reserves; nil for none.
	names  map[string]string
	values item
}

// raised sets a new epoch, which ends the user's sessions.
func raised(epoch string) userChange {
	return userChange{set: []string{"epoch = :epoch"}, values: item{":epoch": text(epoch)}}
}

// and returns c with one more value to set.
func (c userChange) and(name string, value types.AttributeValue) userChange {
	c.set = append(c.set, name+" = :"+name)
	c.values[":"+name] = value
	return c
}

// changeUser changes a user. It is a transaction, although of one write, because DynamoDB knows a transaction again by
// its token: a plain update that is sent twice would also undo what came between, such as a newer epoch. If a condition
// of c does not hold, it changes nothing and returns the user as stored. beside is written in the same transaction.
//
// Errors: login.ErrUserNotFound.
func (s *Store) changeUser(ctx context.Context, name, id string, c userChange, beside ...types.TransactWriteItem) (item, error) {
	err := s.transact(ctx, name, append([]types.TransactWriteItem{{Update: &types.Update{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(id),
		UpdateExpression:                    aws.String("SET " + strings.Join(c.set, ", ")),
		ConditionExpression:                 aws.String(strings.Join(append([]string{"attribute_exists(pk)"}, c.when...), " AND ")),
		ExpressionAttributeNames:            c.names,
		ExpressionAttributeValues:           c.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}}, beside...)...)
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return nil, err
	case no.items[0].stored == nil:
		return nil, login.ErrUserNotFound
	}
	return no.items[0].stored, nil
}
