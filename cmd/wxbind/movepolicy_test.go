package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// What docs/moving.md says a command needs on a stack is enough for it, and no more than it uses.
func TestCommandsThatMoveNeedWhatTheDocsSay(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	client := dynamotest.Client(endpoint)
	tables := dynamotest.NewTables(t, client)
	stackOf(t, `{"defaultApp":"`+demoApp+`","apps":{"`+demoApp+`":{"appSecret":"S3CRETa"}},`+
		`"sealKeys":[{"id":"1","key":"`+testSealKey+`"}],"indexKey":"`+testIndexKey+`"}`, tables)
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: tables})
	for _, name := range []string{"alice", "bob"} {
		if err := store.AddUser(t.Context(), login.User{ID: name, Username: name, Epoch: "e"}, login.Password{}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("../../docs/moving.md")
	if err != nil {
		t.Fatal(err)
	}
	users, bindings := iamtest.TableARN("UsersTable"), iamtest.TableARN("BindingsTable")
	grant := func(resource string, actions ...string) iamtest.Statement {
		return iamtest.Statement{Effect: "Allow", Action: actions, Resource: iamtest.OneOrMore{resource}}
	}
	rows := fileOf(t, "bindings.csv", "appId,openid,username,unionid\n"+demoApp+",o-1,alice,u-1\n"+demoApp+",o-2,alice,\n"+demoApp+",o-3,nobody,\n")
	manager := os.Getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER")
	for _, c := range []struct {
		args   []string
		status int
		said   string
		says   string
		policy iamtest.Policy
	}{
		{
			[]string{"binding", "import", rows}, 1, "is bound to another openid in this mini-program: o-1",
			"the command needs `secretsmanager:GetSecretValue` of the secret; on the table of users `dynamodb:Scan`, `BatchGetItem`, `UpdateItem`, " +
				"`PutItem`, and `GetItem` to name who is in the way of a row; and `PutItem` on the table of bindings",
			iamtest.Policy{
				grant(testSecretID, "secretsmanager:GetSecretValue"), grant(bindings, "dynamodb:PutItem"),
				grant(users, "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:GetItem"),
			},
		},
		{
			[]string{"export", filepath.Join(t.TempDir(), "out")}, 0, `"event":"store_export"`,
			"it needs `dynamodb:Scan` and `BatchGetItem` on the table of users, and `GetItem` on that of bindings",
			iamtest.Policy{grant(users, "dynamodb:Scan", "dynamodb:BatchGetItem"), grant(bindings, "dynamodb:GetItem")},
		},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), c.says) {
				t.Errorf("docs/moving.md does not say: %s", c.says)
			}
			guard := iamtest.NewGuard(t, iamtest.Config{Policy: c.policy, DynamoDB: endpoint, SecretsManager: manager, Tables: map[string]iamtest.Table{
				tables.Users: {ID: "UsersTable", PartitionKey: "pk"}, tables.Bindings: {ID: "BindingsTable", PartitionKey: "pk"},
			}})
			t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", guard.URL)
			t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", guard.URL)
			status, out, said := command(t, "", append(c.args, "--stack", "wxbind-dev")...)
			if status != c.status || !strings.Contains(said, c.said) || len(guard.Refused()) > 0 || len(guard.Misunderstood()) > 0 {
				t.Errorf("status %d: %s%s; refused %v, %v", status, out, said, guard.Refused(), guard.Misunderstood())
			}
			var idle []string
			for _, g := range c.policy.Grants() {
				if !slices.ContainsFunc(guard.Used(), g.Covers) {
					idle = append(idle, fmt.Sprint(g))
				}
			}
			if len(idle) > 0 {
				t.Errorf("it never uses %q", idle)
			}
		})
	}
}
