package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// cloudFormation answers DescribeStacks for the one stack that it has, which may have parameters.
func cloudFormation(stack string, outputs map[string]string, parameters ...map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		if r.FormValue("Action") != "DescribeStacks" || r.FormValue("StackName") != stack {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id `)
			xml.EscapeText(w, []byte(r.FormValue("StackName")))
			fmt.Fprint(w, ` does not exist</Message></Error></ErrorResponse>`)
			return
		}
		fmt.Fprint(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>`+stack+`</StackName>`+
			`<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>`)
		for k, v := range outputs {
			fmt.Fprintf(w, `<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>`, k, v)
		}
		fmt.Fprint(w, `</Outputs><Parameters>`)
		for _, p := range parameters {
			for k, v := range p {
				fmt.Fprintf(w, `<member><ParameterKey>%s</ParameterKey><ParameterValue>%s</ParameterValue></member>`, k, v)
			}
		}
		fmt.Fprint(w, `</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
	}
}

func setAWS(t *testing.T, cloudFormation, dynamoDB string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_ENDPOINT_URL_CLOUDFORMATION": cloudFormation, "AWS_ENDPOINT_URL_DYNAMODB": dynamoDB,
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
}

// hanging is an HTTP server that accepts every request and answers none.
func hanging(t *testing.T) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		requests.Add(1)
		<-over
	}))
	t.Cleanup(func() {
		close(over)
		server.Close()
	})
	return server.URL, requests
}

// An attempt that gets no answer is given up and repeated while there is time.
func TestStackThatHangs(t *testing.T) {
	cloudFormation, found := hanging(t)
	setAWS(t, cloudFormation, cloudFormation)
	if status, _, errors := command(t, "", "user", "list", "--stack", "wxbind-dev"); status != 1 || strings.Count(errors, "\n") != 1 {
		t.Errorf("status %d: %s", status, errors)
	}
	if found.Load() < 2 {
		t.Errorf("%d attempts, want more", found.Load())
	}
	before := found.Load()
	if _, err := openStack(t.Context(), "wxbind-dev", 200*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if made := found.Load() - before; made > 1 {
		t.Errorf("%d attempts in a time for less than one", made)
	}
}

func TestCommandsOnADeployedStack(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(endpoint))
	outputs := map[string]string{
		"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions,
		"UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
	}
	server := httptest.NewServer(cloudFormation("wxbind-dev", outputs))
	defer server.Close()
	setAWS(t, server.URL, endpoint)
	if status, out, errors := command(t, `{"roles":[{"name":"clerk"}]}`, "role", "set", "-", "--stack", "wxbind-dev"); status != 0 {
		t.Fatal(out, errors)
	}
	if status, out, errors := command(t, "a good password\n", "user", "add", "alice", "--role", "clerk", "--stack", "wxbind-dev"); status != 0 {
		t.Fatal(out, errors)
	}
	store := dynamostore.New(dynamostore.Config{Client: dynamotest.Client(endpoint), Tables: tables})
	if _, err := store.UserIDByName(t.Context(), "alice"); err != nil {
		t.Errorf("she is not in the table: %v", err)
	}
	if _, out, _ := command(t, "", "user", "list", "--stack", "wxbind-dev"); !strings.Contains(out, "alice") {
		t.Errorf("the list: %s", out)
	}

	if status, _, errors := command(t, "", "user", "list", "--stack", "wxbind-prod"); status != 1 || !strings.Contains(errors, "does not exist") {
		t.Errorf("no such stack: status %d: %s", status, errors)
	}
	delete(outputs, "UsersTable")
	if status, _, errors := command(t, "", "user", "list", "--stack", "wxbind-dev"); status != 1 || !strings.Contains(errors, "not a wxbind stack") {
		t.Errorf("another's stack: status %d: %s", status, errors)
	}
	t.Setenv("AWS_REGION", "")
	if status, _, errors := command(t, "", "user", "list", "--stack", "wxbind-dev"); status != 1 || !strings.Contains(errors, "AWS_REGION") {
		t.Errorf("no region: status %d: %s", status, errors)
	}
}

// Where the stack has an event bus, what an administrator does is told too.
func TestCommandsOnADeployedStackWriteNotices(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(endpoint))
	outputs := map[string]string{
		"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions,
		"UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
	}
	server := httptest.NewServer(cloudFormation("wxbind-dev", outputs))
	defer server.Close()
	setAWS(t, server.URL, endpoint)
	store := dynamostore.New(dynamostore.Config{Client: dynamotest.Client(endpoint), Tables: tables})
	if status, out, errors := command(t, "a good password\n", "user", "add", "alice", "--stack", "wxbind-dev"); status != 0 {
		t.Fatal(out, errors)
	}
	id, err := store.UserIDByName(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		outbox, command string
		want            int
	}{{"", "disable", 0}, {tables.Outbox, "enable", 1}} {
		if c.outbox != "" {
			outputs["OutboxTable"] = c.outbox
		}
		if status, out, errors := command(t, "", "user", c.command, "alice", "--stack", "wxbind-dev"); status != 0 {
			t.Fatal(out, errors)
		}
		if notices, err := store.NoticesOf(t.Context(), id); err != nil || len(notices) != c.want {
			t.Errorf("after %s: %d notices, want %d: %v", c.command, len(notices), c.want, err)
		}
	}
}

// If a list cannot be read, no incomplete JSON is printed.
func TestListsThatCannotBeReadPrintNothing(t *testing.T) {
	outputs := map[string]string{"BindingsTable": "b", "SessionsTable": "s", "UsersTable": "u", "EphemeralTable": "e"}
	server := httptest.NewServer(cloudFormation("wxbind-dev", outputs))
	defer server.Close()
	dynamoDB := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}`)
	}))
	defer dynamoDB.Close()
	setAWS(t, server.URL, dynamoDB.URL)
	for _, args := range []string{"user list", "user show alice", "binding list alice", "session list alice", "role list"} {
		for _, flags := range []string{" --stack wxbind-dev", " --stack wxbind-dev --json"} {
			status, out, said := command(t, "", strings.Fields(args+flags)...)
			if status != 1 || out != "" || strings.Count(said, "\n") != 1 {
				t.Errorf("wxbind %s%s: status %d: %s%s", args, flags, status, out, said)
			}
		}
	}
}
