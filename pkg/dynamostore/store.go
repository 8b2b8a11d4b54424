package dynamostore

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Store implements login.AdminStore on DynamoDB.
type Store struct {
	client     *dynamodb.Client
	tables     Tables
	now        func() time.Time
	statements statements
	// batchPatience is Config.BatchPatience.
	batchPatience time.Duration
}

var _ login.AdminStore = (*Store)(nil)

// Config configures a Store. Client and Tables are required.
type Config struct {
	// Client should use Retryer, and limit a dial to 1 s and an attempt to 2 s.
	Client *dynamodb.Client
	Tables Tables
	// Now is the clock by which notices are written; nil means time.Now.
	Now func() time.Time
	// BatchPatience bounds the batch of Enter, 1 s by default. It is never more than half of the time that is left, so
	// that there is time to do one by one what the batch has not done.
	BatchPatience time.Duration
}

// New makes a Store. It sends nothing to DynamoDB.
func New(c Config) *Store {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Store{
		client: c.Client, tables: c.Tables, now: c.Now, statements: statementsFor(c.Tables),
		batchPatience: cmp.Or(c.BatchPatience, time.Second),
	}
}

// get reads one item. It returns nil if there is none.
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

// put writes one item if the condition holds. "" means unconditionally.
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

// expression says what an update changes, and under which condition.
type expression struct {
	change string
	// condition must require that the item exists, unless the update may create it.
	condition string
	// names stands in for attributes whose names are reserved words in DynamoDB.
	names  map[string]string
	values item
}

// update changes one item if the condition holds, and returns the item after the change.
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

// transact makes several writes, all or none. DynamoDB recognises the request by its token for ten minutes, so a repeat
// counts as done.
//
// Errors: *refused.
func (s *Store) transact(ctx context.Context, name string, writes ...types.TransactWriteItem) error {
	_, err := call(ctx, name, s.client.TransactWriteItems, &dynamodb.TransactWriteItemsInput{
		TransactItems:      writes,
		ClientRequestToken: aws.String(rand.Text()),
	})
	return err
}
