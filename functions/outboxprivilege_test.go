package functions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// The role has what the function uses, what Lambda needs to read the stream in its name, and nothing else.
func TestOutboxPrivilege(t *testing.T) {
	s := newOutboxStage(t)
	s.happen(1, "user-1")
	p := s.start(app.OutboxFunction)
	if again := s.invokeWith(p, s.read()); again != "" {
		t.Fatalf("nothing was delivered: %s", p.Log())
	}
	table := iamtest.TableARN("OutboxTable")
	bus := "arn:aws:events:us-east-1:000000000000:event-bus/" + iamtest.ParameterValue("EventBus")
	want := map[string]string{
		"dynamodb:GetItem": table, "dynamodb:UpdateItem": table, "events:PutEvents": bus,
	}
	stream := iamtest.StreamARN("OutboxTable")
	for action, resource := range map[string]string{"DescribeStream": stream, "GetRecords": stream, "GetShardIterator": stream, "ListStreams": table + "/stream/*"} {
		want["dynamodb:"+action] = resource
	}
	used := map[string]bool{}
	for _, a := range s.guard.Used() {
		used[a.Action] = true
	}
	if !used["dynamodb:GetItem"] || !used["dynamodb:UpdateItem"] || len(used) != 2 {
		t.Errorf("it used %v", used)
	}
	for _, grant := range s.policy.Grants() {
		if want[grant.Action] == grant.Resource {
			delete(want, grant.Action)
		} else if unplayed[grant.Action] == "" {
			t.Errorf("it may %s", grant)
		}
	}
	if len(want) > 0 {
		t.Errorf("it may not %v", want)
	}
}

// Without its time a function delivers what it can, and leaves the rest to the next call.
func TestOutboxKeepsToItsTime(t *testing.T) {
	s := newOutboxStage(t)
	var users []string
	for i := range 5 {
		users = append(users, fmt.Sprint("user-", i))
	}
	s.happen(1, users...)
	p := s.start(app.OutboxFunction)
	event, err := json.Marshal(lambdaevents.DynamoDBEvent{Records: s.read()})
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.InvokeWithin(t.Context(), 2*time.Second, event) // nothing but the margin
	if err != nil || !strings.Contains(string(out), "itemIdentifier") {
		t.Errorf("%s, %v", out, err)
	}
	if again := s.invokeWith(p, s.read()); again != "" {
		t.Errorf("then Lambda would begin again at %s", again)
	}
}
