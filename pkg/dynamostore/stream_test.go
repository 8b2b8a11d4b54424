package dynamostore_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// stream begins to record what becomes of the outboxes. It returns a function that reads the images of n changes.
func (s *scene) stream() func(n int) []map[string]streams.AttributeValue {
	s.Helper()
	table, err := s.client.UpdateTable(s.Context(), &dynamodb.UpdateTableInput{
		TableName:           &s.tables.Outbox,
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage},
	})
	s.must(err)
	client := dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: aws.String(dynamotest.Endpoint(s)), Region: s.client.Options().Region, Credentials: s.client.Options().Credentials,
	})
	return func(n int) []map[string]streams.AttributeValue {
		s.Helper()
		arn := table.TableDescription.LatestStreamArn
		described, err := client.DescribeStream(s.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
		s.must(err)
		var images []map[string]streams.AttributeValue
		for _, shard := range described.StreamDescription.Shards {
			start, err := client.GetShardIterator(s.Context(), &dynamodbstreams.GetShardIteratorInput{
				StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streams.ShardIteratorTypeTrimHorizon,
			})
			s.must(err)
			next := start.ShardIterator
			for end := time.Now().Add(time.Minute); next != nil && len(images) < n && time.Now().Before(end); {
				page, err := client.GetRecords(s.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: next})
				s.must(err)
				for _, record := range page.Records {
					images = append(images, record.Dynamodb.NewImage)
				}
				next = page.NextShardIterator
			}
		}
		if len(images) != n {
			s.Fatalf("%d changes in the stream, want %d", len(images), n)
		}
		return images
	}
}

// template.yaml's filter lets those images pass in which `since` is a number. So whoever delivers is called for each notice that is
// written, and for what a delivery leaves, and not when nothing waits any more.
func TestStreamHasSinceWhileANoticeWaits(t *testing.T) {
	s := newScene(t)
	read := s.stream()
	s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-2")) // the second notice: the scene has one
	s.delivered(1)
	s.delivered(1)
	s.must(s.store.DisableUser(t.Context(), s.user.ID, "epoch-3"))
	var passes []bool
	for i, image := range read(4) {
		if id, ok := image["userId"].(*streams.AttributeValueMemberS); !ok || id.Value != s.user.ID {
			t.Fatalf("change %d is of %v", i, image["userId"])
		}
		_, ok := image["since"].(*streams.AttributeValueMemberN)
		passes = append(passes, ok)
	}
	if want := []bool{true, true, false, true}; !slices.Equal(passes, want) {
		t.Fatalf("the filter passes %v, want %v", passes, want)
	}
	if waiting := s.noticesNow(); len(waiting) != 1 || waiting[0].Type != login.NoticeDisabled {
		t.Fatalf("%+v", waiting)
	}
}
