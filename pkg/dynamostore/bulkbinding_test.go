package dynamostore_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestAddsManyBindings(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)})
	storetest.RunBulkBindings(t, func(*testing.T) login.AdminStore { return store })
}

// bindable stores users, and returns a binding of each with a unionid.
func bindable(s *scene, n int) (bindings []login.Binding) {
	s.Helper()
	var users []login.User
	for range n {
		u := s.newUser()
		b := s.newBinding(u)
		b.Union = secret("union")
		users, bindings = append(users, u), append(bindings, b)
	}
	_, err := s.store.AddUsers(s.Context(), newcomers(users...))
	s.must(err)
	return bindings
}

func TestAddingManyBindingsUnderFaults(t *testing.T) {
	const many = 90 // three transactions, or two without unionids, after one batch of reads
	for name, c := range map[string]struct {
		rules         []dynamotest.Rule
		reads, writes int
	}{
		"none":               {nil, 1, 3},
		"without unionids":   {nil, 1, 2},
		"lost answers":       {[]dynamotest.Rule{{Operation: "TransactWriteItems", Times: 2, Fault: dynamotest.LoseAnswer()}}, 1, 5},
		"conflicts":          {[]dynamotest.Rule{{Operation: "TransactWriteItems", Times: 3, Fault: dynamotest.Conflict()}}, 1, 6},
		"a lack of capacity": {[]dynamotest.Rule{{Fault: dynamotest.Throttle()}, {Operation: "TransactWriteItems", Fault: dynamotest.Cancel("None", "ThrottlingError")}}, 2, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bindings := bindable(s, many)
			if name == "without unionids" {
				for i := range bindings {
					bindings[i].Union = ""
				}
			}
			for _, rule := range c.rules {
				s.proxy.Inject(rule)
			}
			taken, err := s.faulty.AddBindings(t.Context(), bindings)
			s.must(err)
			seen := s.proxy.Requests()
			if seen["BatchGetItem"] != c.reads || seen["TransactWriteItems"] != c.writes || len(seen) != 2 {
				t.Errorf("requests %v, want %d reads and %d writes", seen, c.reads, c.writes)
			}
			for i, b := range bindings {
				if note := s.userNow(b.UserID).Apps[app]; taken[i] != (login.Taken{}) || note != b.Note() {
					t.Fatalf("binding %d: %v, noted as %+v", i, taken[i], note)
				}
			}
		})
	}
}

// What is there already costs a read, and no write.
func TestAddingBindingsAgainCostsNoWrite(t *testing.T) {
	s := newScene(t)
	bindings := bindable(s, 250)
	s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Skip: 5, Times: dynamotest.Always, Fault: dynamotest.Fail()})
	if _, err := s.faulty.AddBindings(t.Context(), bindings); err == nil {
		t.Fatal("no error")
	}
	taken, err := s.store.AddBindings(t.Context(), bindings)
	s.must(err)
	present := 0
	for i, b := range bindings {
		if taken[i].Cause != nil {
			present++
		}
		if note := s.userNow(b.UserID).Apps[app]; note != b.Note() {
			t.Fatalf("binding %d is noted as %+v", i, note)
		}
	}
	if present < 33 || present > 5*33 {
		t.Errorf("%d were there already", present)
	}
	s.proxy.Reset()
	again := dynamostore.New(dynamostore.Config{Client: dynamotest.Client(s.proxy.URL()), Tables: s.tables})
	taken, err = again.AddBindings(t.Context(), bindings)
	s.must(err)
	for i := range bindings {
		if taken[i] != (login.Taken{Cause: login.ErrAlreadyBound, By: bindings[i].UserID}) {
			t.Fatalf("binding %d: %v", i, taken[i])
		}
	}
	if seen := s.proxy.Requests(); seen["BatchGetItem"] != 3 || len(seen) != 1 {
		t.Errorf("requests %v", seen)
	}
}
