package dynamostore_test

import (
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestAddsMany(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)})
	storetest.RunBulk(t, func(*testing.T) login.AdminStore { return store })
}

func TestAddingManyUnderFaults(t *testing.T) {
	const many = 60 // three transactions
	for name, c := range map[string]struct {
		rules    []dynamotest.Rule
		requests int
	}{
		"none":                {nil, 3},
		"lost answers":        {[]dynamotest.Rule{{Times: 2, Fault: dynamotest.LoseAnswer()}}, 5},
		"conflicts":           {[]dynamotest.Rule{{Times: 3, Fault: dynamotest.Conflict()}}, 6},
		"a lack of capacity":  {[]dynamotest.Rule{{Fault: dynamotest.Throttle()}, {Fault: dynamotest.Cancel("None", "ThrottlingError")}}, 5},
		"one still under way": {[]dynamotest.Rule{{Fault: dynamotest.InProgress()}}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			var users []login.User
			for range many {
				users = append(users, s.newUser())
			}
			for _, rule := range c.rules {
				s.proxy.Inject(rule)
			}
			taken, err := s.faulty.AddUsers(t.Context(), newcomers(users...))
			s.must(err)
			s.requests("TransactWriteItems", c.requests)
			for i, u := range users {
				if stored := s.userNow(u.ID); taken[i] != (login.Taken{}) || stored.Username != u.Username {
					t.Fatalf("user %d is refused, %v, stored is %+v", i, taken[i], stored)
				}
			}
		})
	}
}

// A batch that failed in part may be repeated: users who are already stored are reported as such.
func TestAddingManyAgainAfterAFailure(t *testing.T) {
	s := newScene(t)
	var users []login.User
	for range 60 {
		users = append(users, s.newUser())
	}
	s.proxy.Inject(dynamotest.Rule{Skip: 2, Times: dynamotest.Always, Fault: dynamotest.Fail()})
	if _, err := s.faulty.AddUsers(t.Context(), newcomers(users...)); err == nil {
		t.Fatal("no error")
	}
	taken, err := s.store.AddUsers(t.Context(), newcomers(users...))
	s.must(err)
	present := 0
	for i, u := range users {
		switch taken[i].By {
		case "":
		case u.ID:
			present++
		default:
			t.Fatalf("user %d is refused: %v", i, taken[i])
		}
		s.userNow(u.ID)
	}
	if present < 25 || present > 50 {
		t.Errorf("%d were there already", present)
	}
}

// A table that answers late, or not at all for a while, does not stop an import.
func TestAddingManyIsPatient(t *testing.T) {
	s := newScene(t, func(o *dynamodb.Options) {
		o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(500 * time.Millisecond)
	})
	u := s.newUser()
	s.proxy.Inject(dynamotest.Rule{Times: 5, Fault: dynamotest.Delay(time.Second)})
	taken, err := s.faulty.AddUsers(t.Context(), newcomers(u))
	s.must(err)
	if taken[0] != (login.Taken{}) || s.userNow(u.ID).Username != u.Username {
		t.Errorf("refused: %v", taken[0])
	}
}
