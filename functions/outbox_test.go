package functions_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// eventBus is a double of EventBridge. A notice of a user whose id has "refused" in it is not taken.
type eventBus struct {
	mu     sync.Mutex
	opened bool // it takes all
	buses  map[string]bool
	taken  []busNotice
}

type busNotice struct {
	ID, Type, UserID string
	Number           int64
}

func (b *eventBus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var in struct {
		Entries []struct{ EventBusName, Source, DetailType, Detail string }
	}
	body, _ := io.ReadAll(r.Body)
	if r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || json.Unmarshal(body, &in) != nil || len(in.Entries) > 10 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	failed, results := 0, []map[string]string{}
	for _, e := range in.Entries {
		b.buses[e.EventBusName] = true
		var n busNotice
		if err := json.Unmarshal([]byte(e.Detail), &n); err != nil || e.Source != "wxbind" {
			panic(e)
		}
		if !b.opened && strings.Contains(n.UserID, "refused") && n.Number%2 == 0 {
			failed++
			results = append(results, map[string]string{"ErrorCode": "InternalFailure"})
			continue
		}
		b.taken = append(b.taken, n)
		results = append(results, map[string]string{"EventId": "1"})
	}
	json.NewEncoder(w).Encode(map[string]any{"FailedEntryCount": failed, "Entries": results})
}

// outboxStage is the function with the table's stream before it and an event bus behind it.
type outboxStage struct {
	*cloud
	bus    *eventBus
	read   func() []lambdaevents.DynamoDBEventRecord
	guard  *iamtest.Guard
	policy iamtest.Policy
}

func newOutboxStage(t *testing.T) *outboxStage {
	t.Helper()
	s := &outboxStage{cloud: newCloud(t), bus: &eventBus{buses: map[string]bool{}}}
	template, err := iamtest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	role, err := template.Role("OutboxFunction", append(slices.Clone(conditions), "HasEventBus")...)
	if err != nil {
		t.Fatal(err)
	}
	s.policy = role.Policy
	server := httptest.NewServer(s.bus)
	t.Cleanup(server.Close)
	endpoint := s.settings["AWS_ENDPOINT_URL_DYNAMODB"]
	s.guard = iamtest.NewGuard(t, iamtest.Config{
		Policy: role.Policy, Tables: (&performance{stage: &stage{cloud: s.cloud}}).tables(),
		DynamoDB: endpoint, SecretsManager: s.settings["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
	})
	s.settings["AWS_ENDPOINT_URL_DYNAMODB"] = s.guard.URL
	s.settings["AWS_ENDPOINT_URL_EVENTBRIDGE"], s.settings["WXBIND_EVENT_BUS"] = server.URL, "platform"
	s.read = s.stream(endpoint)
	return s
}

// stream turns the table's stream on, and returns what reads its records as Lambda passes them on, those that template.yaml's
// filter lets through.
func (s *outboxStage) stream(endpoint string) func() []lambdaevents.DynamoDBEventRecord {
	s.Helper()
	client := dynamotest.Client(endpoint)
	table, err := client.UpdateTable(s.Context(), &dynamodb.UpdateTableInput{
		TableName:           aws.String(s.settings["WXBIND_OUTBOX_TABLE"]),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage},
	})
	if err != nil {
		s.Fatal(err)
	}
	source := dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: aws.String(endpoint), Region: client.Options().Region, Credentials: client.Options().Credentials,
	})
	arn := table.TableDescription.LatestStreamArn
	return func() (records []lambdaevents.DynamoDBEventRecord) {
		s.Helper()
		described, err := source.DescribeStream(s.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
		if err != nil {
			s.Fatal(err)
		}
		for _, shard := range described.StreamDescription.Shards {
			start, err := source.GetShardIterator(s.Context(), &dynamodbstreams.GetShardIteratorInput{
				StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streams.ShardIteratorTypeTrimHorizon,
			})
			if err != nil {
				s.Fatal(err)
			}
			page, err := source.GetRecords(s.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: start.ShardIterator})
			if err != nil {
				s.Fatal(err)
			}
			for _, r := range page.Records {
				if _, waits := r.Dynamodb.NewImage["since"].(*streams.AttributeValueMemberN); !waits {
					continue
				}
				id := r.Dynamodb.Keys["userId"].(*streams.AttributeValueMemberS).Value
				records = append(records, lambdaevents.DynamoDBEventRecord{
					EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: "aws:dynamodb", EventSourceArn: aws.ToString(arn),
					Change: lambdaevents.DynamoDBStreamRecord{
						Keys:           map[string]lambdaevents.DynamoDBAttributeValue{"userId": lambdaevents.NewStringAttribute(id)},
						SequenceNumber: aws.ToString(r.Dynamodb.SequenceNumber), StreamViewType: "NEW_IMAGE",
					},
				})
			}
		}
		return records
	}
}

// happen makes so many notices of each user.
func (s *outboxStage) happen(each int, users ...string) {
	s.Helper()
	for _, id := range users {
		if err := s.store.AddUser(s.Context(), login.User{ID: id, Username: id, Epoch: "e", Apps: map[string]login.UserApp{}}, login.Password{}); err != nil {
			s.Fatal(err)
		}
		for range each {
			if err := s.store.LogoutUser(s.Context(), id, login.NewID()); err != nil {
				s.Fatal(err)
			}
		}
	}
}

// invokeWith passes records to the function, and returns the sequence number from which on Lambda would send them again; "" for none.
func (s *outboxStage) invokeWith(p instance, records []lambdaevents.DynamoDBEventRecord) string {
	s.Helper()
	event, err := json.Marshal(lambdaevents.DynamoDBEvent{Records: records})
	if err != nil {
		s.Fatal(err)
	}
	out, err := s.output(p, event)
	if err != nil {
		s.Fatalf("%v\n%s", err, p.Log())
	}
	var response lambdaevents.DynamoDBEventResponse
	if err := json.Unmarshal(out, &response); err != nil || len(response.BatchItemFailures) > 1 {
		s.Fatalf("%s, %v", out, err)
	}
	if len(response.BatchItemFailures) == 0 {
		return ""
	}
	return response.BatchItemFailures[0].ItemIdentifier
}

// The built function delivers what the real stream of a table tells of, in order; what the bus refuses stays, stops nobody else, and
// is delivered when Lambda sends the records again. It needs no more than its role has.
func TestOutboxDeliversWhatTheStreamTells(t *testing.T) {
	s := newOutboxStage(t)
	users := []string{"user-1", "user-2", "refused-1", "user-3", "refused-2"}
	s.happen(12, users...)
	records := s.read()
	if len(records) != 12*len(users) {
		t.Fatalf("%d records", len(records))
	}
	p := s.start(app.OutboxFunction)
	again := s.invokeWith(p, records)
	first := slices.IndexFunc(records, func(r lambdaevents.DynamoDBEventRecord) bool {
		return strings.HasPrefix(r.Change.Keys["userId"].String(), "refused")
	})
	if again != records[first].Change.SequenceNumber {
		t.Errorf("Lambda would begin again at %s; want the first of a refused user, %s", again, records[first].Change.SequenceNumber)
	}
	for _, id := range users {
		left, err := s.store.NoticesOf(t.Context(), id)
		if err != nil || (len(left) > 0) != strings.HasPrefix(id, "refused") {
			t.Errorf("of %s %d are left, %v", id, len(left), err)
		}
	}
	s.bus.mu.Lock()
	s.bus.opened = true
	s.bus.mu.Unlock()
	if again := s.invokeWith(p, records[first:]); again != "" {
		t.Errorf("then Lambda would begin again at %s", again)
	}
	if again := s.invokeWith(p, s.read()); again != "" { // nothing is left of what they tell
		t.Errorf("a repeated batch: %s", again)
	}
	p.Stop()
	counts, last := map[string]int{}, map[string]int64{}
	seen := map[string]bool{}
	for _, n := range s.bus.taken {
		if seen[n.ID] {
			continue
		}
		seen[n.ID] = true
		if strings.HasPrefix(n.UserID, "user") && n.Number <= last[n.UserID] {
			t.Errorf("number %d of %s came after %d", n.Number, n.UserID, last[n.UserID])
		}
		counts[n.UserID]++
		last[n.UserID] = n.Number
	}
	for _, id := range users {
		if counts[id] != 12 {
			t.Errorf("of %s came %d", id, counts[id])
		}
	}
	if len(s.bus.buses) != 1 || !s.bus.buses["platform"] {
		t.Errorf("the buses %v", s.bus.buses)
	}
	if refused, unknown := s.guard.Refused(), s.guard.Misunderstood(); len(refused) > 0 || len(unknown) > 0 {
		t.Errorf("refused: %v, %v", refused, unknown)
	}
	for _, secret := range []string{"openid", "phone\"", sealKey} {
		if strings.Contains(p.Log(), secret) {
			t.Errorf("the log has %q: %s", secret, p.Log())
		}
	}
}
