package outboxstream_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outboxstream"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// bus refuses what is about some users, and keeps whose notices it took.
type bus struct {
	refused []string
	took    []string
}

func (b *bus) Send(_ context.Context, notices []login.Notice) (int, error) {
	if id := notices[0].UserID; slices.Contains(b.refused, id) {
		return 0, errors.New("refused")
	}
	for _, n := range notices {
		b.took = append(b.took, n.UserID)
	}
	return len(notices), nil
}

// records are changes of these users' outboxes, with the sequence numbers 0, 1, 2...
func records(userIDs ...string) (e events.DynamoDBEvent) {
	for i, id := range userIDs {
		e.Records = append(e.Records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{
			Keys:           map[string]events.DynamoDBAttributeValue{"userId": events.NewStringAttribute(id)},
			SequenceNumber: strconv.Itoa(i),
		}})
	}
	return e
}

// Lambda sends everything again from the record on that the response names, and so that must be the first of a user of whom
// something was not delivered. A record that names nobody, or somebody of whom nothing waits, holds nothing up.
func TestResponseNamesTheFirstThatFailed(t *testing.T) {
	strange := records("alice", "?", "?")
	strange.Records[1].Change.Keys["userId"] = events.NewNumberAttribute("7")
	strange.Records[2].Change.Keys = nil
	for name, row := range map[string]struct {
		event   events.DynamoDBEvent
		refused []string
		took    []string
		from    string
	}{
		"all well":               {records("alice", "bob", "alice"), nil, []string{"alice", "alice", "bob", "bob"}, ""},
		"one is refused":         {records("alice", "bob", "carol", "bob"), []string{"bob"}, []string{"alice", "alice", "carol", "carol"}, "1"},
		"two are refused":        {records("alice", "carol", "bob", "carol"), []string{"bob", "carol"}, []string{"alice", "alice"}, "1"},
		"all are refused":        {records("bob", "alice"), []string{"alice", "bob"}, nil, "0"},
		"nothing waits":          {records("nobody", "alice"), nil, []string{"alice", "alice"}, ""},
		"no records of ours":     {strange, nil, []string{"alice", "alice"}, ""},
		"nothing is told at all": {records(), nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			store := &storetest.Memory{}
			if err := store.WantNotices(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"alice", "bob", "carol"} {
				if err := store.AddUser(t.Context(), login.User{ID: id, Username: id}, login.Password{}); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if err := store.LogoutUser(t.Context(), id, login.NewID()); err != nil {
						t.Fatal(err)
					}
				}
			}
			to := &bus{refused: row.refused}
			handler := outboxstream.Handler{Outbox: store, Sender: to}
			response, err := handler.Answer(t.Context(), row.event)
			if err != nil || !slices.Equal(to.took, row.took) {
				t.Errorf("the bus took %v, want %v; %v", to.took, row.took, err)
			}
			from := ""
			if len(response.BatchItemFailures) > 0 {
				from = response.BatchItemFailures[0].ItemIdentifier
			}
			if from != row.from || len(response.BatchItemFailures) > 1 {
				t.Errorf("it asks for %+v, want from %q on", response.BatchItemFailures, row.from)
			}
		})
	}
}
