package dynamostore

import (
	"context"
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A tombstone says that a binding was removed. It has its key and nothing else: nothing in it leads to the user or the
// identity.
func tombstoneKey(index string) item { return item{keyAttribute: text(removedPrefix + index)} }

func (s *Store) putTombstone(index string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Users, Item: tombstoneKey(index)}}
}

// RemovedBefore implements login.Admissions.
func (s *Store) RemovedBefore(ctx context.Context, index string) (bool, error) {
	it, err := s.get(ctx, "RemovedBefore", s.tables.Users, tombstoneKey(index))
	return it != nil, err
}

// checkTombstone is the condition that there is none.
func (s *Store) checkTombstone(index string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &s.tables.Users, Key: tombstoneKey(index), ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}
}

// Attributes of bindings and of their notes. They are absent for "".
const (
	indexAttribute = "index"
	unionAttribute = "union"
)

// indexSize is the length in bytes of what Secret.Index encodes.
const indexSize = 24

// packedIndex is an index as what it encodes, which is a quarter shorter, or as the text itself: bindings and users must
// not become write units larger.
func packedIndex(index string) types.AttributeValue {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(index); err == nil && len(b) == indexSize {
		return bytes(b)
	}
	return text(index)
}

// index is the inverse of packedIndex; "" without the attribute.
func (r *reader) index(name string) string {
	switch v := r.item[name].(type) {
	case nil:
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberB:
		return base64.RawURLEncoding.EncodeToString(v.Value)
	default:
		r.broken = append(r.broken, name)
	}
	return ""
}
