package dynamostore

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// userChange is what an update of a user sets and removes. Its conditions apply in addition to the one that the user exists.
type userChange struct {
	set    []string
	remove []string
	when   []string
	// names are those of the attributes that DynamoDB's grammar reserves; nil for none.
	names  map[string]string
	values item
	// notices tell of the change, without the user's id.
	notices []login.Notice
}

// raised sets a new epoch, which ends the user's sessions.
func raised(epoch string) userChange {
	return userChange{set: []string{"epoch = :epoch"}, values: item{":epoch": text(epoch)}}
}

// and returns c with one more value to set. Of a name that begins with #, c.names has the attribute.
func (c userChange) and(name string, value types.AttributeValue) userChange {
	placeholder := ":" + strings.TrimPrefix(name, "#")
	c.set = append(c.set, name+" = "+placeholder)
	c.values[placeholder] = value
	return c
}

// orRemoved returns c with one more value to set, or if there is none an attribute to remove.
func (c userChange) orRemoved(name string, value types.AttributeValue, exists bool) userChange {
	if exists {
		return c.and(name, value)
	}
	c.remove = append(c.remove, name)
	return c
}

// whenDisabled returns c with the condition that the user is disabled, or is not.
func (c userChange) whenDisabled(disabled bool) userChange {
	c.when = append(c.when, "disabled = :was")
	c.values[":was"] = flag(disabled)
	return c
}

// told returns c with a notice of it.
func (c userChange) told(kind login.NoticeType) userChange {
	c.notices = append(c.notices, login.Notice{Type: kind})
	return c
}

// expression is the change in DynamoDB's grammar.
func (c userChange) expression() string {
	var clauses []string
	if len(c.set) > 0 {
		clauses = append(clauses, "SET "+strings.Join(c.set, ", "))
	}
	if len(c.remove) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(c.remove, ", "))
	}
	return strings.Join(clauses, " ")
}

// changing is the change as a write of a user who exists. One that is refused returns the user as stored.
func (s *Store) changing(id string, c userChange) types.TransactWriteItem {
	update := &types.Update{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(id),
		UpdateExpression:                    aws.String(c.expression()),
		ConditionExpression:                 aws.String(strings.Join(append([]string{"attribute_exists(pk)"}, c.when...), " AND ")),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if len(c.names) > 0 { // DynamoDB refuses an empty map
		update.ExpressionAttributeNames = c.names
	}
	if len(c.values) > 0 {
		update.ExpressionAttributeValues = c.values
	}
	return types.TransactWriteItem{Update: update}
}

// changeUser changes a user. It is a transaction, although of one write, because DynamoDB knows a transaction again by
// its token: a plain update that is sent twice would also undo what came between, such as a newer epoch. If a condition
// of c does not hold, it changes nothing and returns the user as stored. beside is written in the same transaction.
//
// Errors: login.ErrUserNotFound.
func (s *Store) changeUser(ctx context.Context, name, id string, c userChange, beside ...types.TransactWriteItem) (item, error) {
	for i := range c.notices {
		c.notices[i].UserID = id
	}
	err := s.tell(ctx, name, append([]types.TransactWriteItem{s.changing(id, c)}, beside...), c.notices...)
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return nil, err
	case no.items[0].stored == nil:
		return nil, login.ErrUserNotFound
	}
	return no.items[0].stored, nil
}
