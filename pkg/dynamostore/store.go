package dynamostore

import (
	"context"
	"crypto/rand"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Store is a login.AdminStore on DynamoDB.
type Store struct {
	client *dynamodb.Client
	tables Tables
}

var _ login.AdminStore = (*Store)(nil)

// Config is what a Store needs. Every field is required.
type Config struct {
	// Client should have Retryer as its Retryer, a limit of 1 s for a dial and of
	// 2 s for an attempt.
	Client *dynamodb.Client
	Tables Tables
}

// New makes a Store. It asks nothing of DynamoDB.
func New(c Config) *Store {
	return &Store{client: c.Client, tables: c.Tables}
}

// get reads one item. It is nil where there is none.
func (s *Store) get(ctx context.Context, name, table string, key item) (item, error) {
	out, err := call(ctx, name, s.client.GetItem, &dynamodb.GetItemInput{
		TableName:      &table,
		Key:            key,
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// put writes one item if the condition holds ("" for always).
//
// Errors: *refused.
func (s *Store) put(ctx context.Context, name, table string, it item, condition string, values item) error {
	in := &dynamodb.PutItemInput{TableName: &table, Item: it}
	if condition != "" {
		in.ConditionExpression = &condition
		in.ExpressionAttributeValues = values
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	_, err := call(ctx, name, s.client.PutItem, in)
	return err
}

// expression is what an update changes and when.
type expression struct {
	change string
	// condition must include that the item is there, unless the update may make it.
	condition string
	// names stands for attributes whose names are words of DynamoDB's.
	names  map[string]string
	values item
}

// update changes one item if the condition holds, and gives it as it then is.
//
// Errors: *refused.
func (s *Store) update(ctx context.Context, name, table string, key item, e expression) (item, error) {
	in := &dynamodb.UpdateItemInput{
		TableName:                 &table,
		Key:                       key,
		UpdateExpression:          &e.change,
		ExpressionAttributeNames:  e.names,
		ReturnValues:              types.ReturnValueAllNew,
		ExpressionAttributeValues: e.values,
	}
	if e.condition != "" {
		in.ConditionExpression = &e.condition
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	out, err := call(ctx, name, s.client.UpdateItem, in)
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// transact makes several writes, all or none. DynamoDB knows the request by its
// token for ten minutes, so that a repeat of it counts as done.
//
// Errors: *refused.
func (s *Store) transact(ctx context.Context, name string, writes ...types.TransactWriteItem) error {
	_, err := call(ctx, name, s.client.TransactWriteItems, &dynamodb.TransactWriteItemsInput{
		TransactItems:      writes,
		ClientRequestToken: aws.String(rand.Text()),
	})
	return err
}
