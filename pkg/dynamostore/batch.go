package dynamostore

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxBatch is how many items DynamoDB returns in one batch.
const maxBatch = 100

// batch reads the items with these keys and returns them by table. Items that do not exist are not in the result. It
// takes at most maxBatch keys, none of them twice.
func (s *Store) batch(ctx context.Context, name string, keys map[string][]item) (map[string][]item, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pending := map[string]types.KeysAndAttributes{}
	for table, keys := range keys {
		pending[table] = types.KeysAndAttributes{Keys: keys, ConsistentRead: aws.Bool(true)}
	}
	found := map[string][]item{}
	for repeat := 0; ; repeat++ {
		out, err := call(ctx, name, s.client.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: pending})
		if err != nil {
			return nil, err
		}
		for table, items := range out.Responses {
			found[table] = append(found[table], items...)
		}
		// DynamoDB returns a key as unprocessed when it had no capacity for it. Without this loop it would look like an
		// item that does not exist.
		if len(out.UnprocessedKeys) == 0 {
			return found, nil
		}
		clear(pending)
		for table, left := range out.UnprocessedKeys {
			pending[table] = types.KeysAndAttributes{Keys: left.Keys, ConsistentRead: aws.Bool(true)}
		}
		if !pause(ctx, repeat) {
			return nil, login.Unavailable(&requestError{text: "dynamostore: " + name + ": UnprocessedKeys until the context ended", end: ctx.Err()})
		}
	}
}
