package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// bus is EventBridge's PutEvents, as far as the command needs it.
type bus struct {
	mu sync.Mutex
	// refuses says that it takes nothing.
	refuses bool
	details []receivedNotice
	bad     []string
}

func (b *bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	var in struct {
		Entries []struct{ EventBusName, Source, DetailType, Detail string }
	}
	if err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || json.Unmarshal(body, &in) != nil {
		b.bad = append(b.bad, string(body))
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if b.refuses {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type":"AccessDeniedException","message":"not authorized to perform: events:PutEvents"}`)
		return
	}
	var results []map[string]string
	for _, e := range in.Entries {
		var n receivedNotice
		if json.Unmarshal([]byte(e.Detail), &n) != nil || e.EventBusName != "platform" || e.Source != "wxbind" || e.DetailType != "wxbind notice" {
			b.bad = append(b.bad, e.Detail)
		}
		b.details = append(b.details, n)
		results = append(results, map[string]string{"EventId": login.NewID()})
	}
	json.NewEncoder(w).Encode(map[string]any{"FailedEntryCount": 0, "Entries": results})
}

func TestOutboxOfAStack(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(endpoint))
	outputs := map[string]string{
		"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions, "UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
		"OutboxTable": tables.Outbox,
	}
	parameters := map[string]string{"EventBus": "platform"}
	stacks := httptest.NewServer(cloudFormation("wxbind-dev", outputs, parameters))
	defer stacks.Close()
	to := &bus{}
	events := httptest.NewServer(to)
	defer events.Close()
	setAWS(t, stacks.URL, endpoint)
	t.Setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", events.URL)
	store := dynamostore.New(dynamostore.Config{Client: dynamotest.Client(endpoint), Tables: tables})
	const each = 12 // more than one call of the bus takes
	for _, id := range []string{oddID, "somebody"} {
		if err := store.AddUser(t.Context(), login.User{ID: id, Username: "name of " + id}, login.Password{}); err != nil {
			t.Fatal(err)
		}
		for range each {
			if err := store.LogoutUser(t.Context(), id, login.NewID()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if listed := listWaiting(t, "--stack", "wxbind-dev"); len(listed.Users) != 2 || listed.Notices != 2*each || listed.Since == nil {
		t.Errorf("got %+v", listed)
	}
	to.refuses = true
	if status, out, said := command(t, "", "outbox", "send", "--stack", "wxbind-dev"); status != 1 || out != "" ||
		!strings.Contains(said, "sent 0 notices of 2 users") || !strings.Contains(said, "events:PutEvents") {
		t.Errorf("%d, %s%s", status, out, said)
	}
	to.refuses = false
	if got := succeed(t, "outbox", "send", "--stack", "wxbind-dev"); got != "sent 24 notices of 2 users\n" {
		t.Errorf("it prints %q", got)
	}
	last := map[string]int64{}
	for _, n := range to.details {
		if n.Type != "session_revoked" || n.Number <= last[n.UserID] {
			t.Errorf("got %+v after number %d", n, last[n.UserID])
		}
		last[n.UserID] = n.Number
	}
	if len(to.details) != 2*each || len(last) != 2 || last[oddID] == 0 || len(to.bad) > 0 {
		t.Errorf("%d came of %v; not understood: %q", len(to.details), last, to.bad)
	}
	if got := succeed(t, "outbox", "list", "--stack", "wxbind-dev"); got != "no notice waits\n" {
		t.Errorf("then %q", got)
	}
	delete(parameters, "EventBus")
	if status, _, said := command(t, "", "outbox", "send", "--stack", "wxbind-dev"); status != 1 || !strings.Contains(said, "its parameter EventBus is empty") {
		t.Errorf("without a bus: %d, %s", status, said)
	}
}
