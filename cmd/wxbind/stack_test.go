package main

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/dynamotest"
)

// cloudFormation answers DescribeStacks for the one stack that it has.
func cloudFormation(stack string, outputs map[string]string) http.HandlerFunc {
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
		fmt.Fprint(w, `</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
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
	for name, value := range map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_ENDPOINT_URL_CLOUDFORMATION": server.URL, "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
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
	if status, _, errors := command(t, "", "user", "list", "--stack", "wxbind-dev"); status != 1 || !strings.Contains(errors, "not one of wxbind") {
		t.Errorf("another's stack: status %d: %s", status, errors)
	}
	t.Setenv("AWS_REGION", "")
	if status, _, errors := command(t, "", "user", "list", "--stack", "wxbind-dev"); status != 1 || !strings.Contains(errors, "AWS_REGION") {
		t.Errorf("no region: status %d: %s", status, errors)
	}
}
