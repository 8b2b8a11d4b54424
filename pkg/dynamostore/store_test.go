package dynamostore_test

import (
	"context"
	"crypto/rand"
	"maps"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestContract(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	tables := dynamotest.NewTables(t, client)
	store := filler{dynamostore.New(dynamostore.Config{Client: client, Tables: tables}), client, tables.Outbox}
	storetest.Run(t, func(*testing.T) login.AdminStore { return store })
}

// filler is a Store whose outboxes are filled in one write.
type filler struct {
	*dynamostore.Store
	client *dynamodb.Client
	outbox string
}

// FillOutbox implements storetest.Filler.
func (f filler) FillOutbox(ctx context.Context, userID string, n int) error {
	return f.fill(ctx, userID, n, item{"type": &types.AttributeValueMemberS{Value: string(login.NoticeSessionRevoked)}})
}

// fill makes n more notices of a user wait, which have these attributes beside an id and the time.
func (f filler) fill(ctx context.Context, userID string, n int, like item) error {
	now := &types.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().UnixMilli(), 10)}
	more := &types.AttributeValueMemberL{}
	for range n {
		notice := item{"id": &types.AttributeValueMemberS{Value: rand.Text()}, "at": now}
		maps.Copy(notice, like)
		more.Value = append(more.Value, &types.AttributeValueMemberM{Value: notice})
	}
	_, err := f.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &f.outbox,
		Key:       item{"userId": &types.AttributeValueMemberS{Value: userID}},
		UpdateExpression: aws.String("SET notices = list_append(if_not_exists(notices, :none), :more)," +
			" #base = if_not_exists(#base, :now), since = if_not_exists(since, :now)"),
		ExpressionAttributeNames:  map[string]string{"#base": "base"},
		ExpressionAttributeValues: item{":none": &types.AttributeValueMemberL{}, ":more": more, ":now": now},
	})
	return err
}
