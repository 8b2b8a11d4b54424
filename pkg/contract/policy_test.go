package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/dynamotest"
)

// statement is one of an IAM policy. Action is a string or a list; one of the list may
// depend on a condition.
type statement struct {
	Effect   string
	Action   any
	Resource map[string]string
}

// actions are what the statement is about where these conditions hold.
func (s statement) actions(hold ...string) []string {
	if one, ok := s.Action.(string); ok {
		return []string{one}
	}
	var all []string
	for _, action := range s.Action.([]any) {
		if choice, ok := action.(map[string]any); ok {
			parts := choice["Fn::If"].([]any)
			if !slices.Contains(hold, parts[0].(string)) {
				continue
			}
			action = parts[1]
		}
		all = append(all, action.(string))
	}
	return all
}

// statementsOf are what the role of a function allows.
func statementsOf(t *testing.T, tpl template, id string) []statement {
	t.Helper()
	name := strings.TrimSuffix(id, "Function") + "Role"
	if !reflect.DeepEqual(tpl.Resources[id].Properties["Role"], map[string]any{"Fn::GetAtt": name + ".Arn"}) {
		t.Fatalf("%s does not have the role %s", id, name)
	}
	var role struct {
		AssumeRolePolicyDocument json.RawMessage
		Policies                 []struct {
			PolicyDocument struct{ Statement []statement }
		}
		ManagedPolicyArns []any
	}
	into(t, tpl.Resources[name].Properties, &role)
	const trust = `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}}],"Version":"2012-10-17"}`
	if string(role.AssumeRolePolicyDocument) != trust {
		t.Errorf("%s is assumed by %s", name, role.AssumeRolePolicyDocument)
	}
	if len(role.Policies) != 1 || len(role.ManagedPolicyArns) != 0 {
		t.Fatalf("%s has %d policies and %v", name, len(role.Policies), role.ManagedPolicyArns)
	}
	return role.Policies[0].PolicyDocument.Statement
}

// grants are actions by table, and those of the secret.
type grants map[string][]string

// A role says what it allows on what, without wildcards, and has a log group; the next
// test compares the rest.
func TestPoliciesNameWhatTheyAllow(t *testing.T) {
	tpl := theTemplate(t)
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		granted := map[string][]string{}
		for _, s := range statementsOf(t, tpl, id) {
			resource := fmt.Sprint(s.Resource)
			if _, twice := granted[resource]; twice || s.Effect != "Allow" || len(s.Resource) != 1 {
				t.Errorf("%s: %+v", id, s)
			}
			granted[resource] = s.actions("HasDirectory")
			for _, action := range s.actions("HasDirectory") {
				if strings.ContainsAny(action, "*?") {
					t.Errorf("%s: %s", id, action)
				}
			}
			if strings.Contains(resource, "*") {
				t.Errorf("%s: %s", id, resource)
			}
		}
		maps.DeleteFunc(granted, func(resource string, _ []string) bool {
			return strings.HasSuffix(resource, "Table.Arn]") || resource == "map[Ref:Secret]"
		})
		want := map[string][]string{
			"map[Fn::GetAtt:" + strings.TrimSuffix(id, "Function") + "LogGroup.Arn]": {"logs:CreateLogStream", "logs:PutLogEvents"},
		}
		if !reflect.DeepEqual(granted, want) {
			t.Errorf("%s has %v beside tables and secret, want %v", id, granted, want)
		}
	}
}

// Every function may do what it does to the tables and the secret, and nothing else:
// its life is played on DynamoDB Local, with every branch that asks for an action of
// its own.
func TestPoliciesAreWhatTheFunctionsUse(t *testing.T) {
	r := &recorder{names: map[string]string{}, used: map[string]grants{apigw.WhoAmI.Function: {}}}
	client := dynamotest.Client(dynamotest.Endpoint(t), r.attach)
	playLogins(t, r, client, nil)
	playVisits(t, r, client)
	compareGrants(t, r)

	// A directory adds to what is allowed.
	playLogins(t, r, client, &directory{})
	compareGrants(t, r, "HasDirectory")
}

func compareGrants(t *testing.T, r *recorder, hold ...string) {
	t.Helper()
	tpl := theTemplate(t)
	for id, resource := range tpl.Resources {
		if resource.Type != "AWS::Serverless::Function" {
			continue
		}
		allowed := grants{}
		for _, s := range statementsOf(t, tpl, id) {
			name := s.Resource["Ref"]
			if table, ok := strings.CutSuffix(s.Resource["Fn::GetAtt"], "Table.Arn"); ok {
				name = table + "Table"
			}
			if name != "" {
				allowed[name] = slices.Sorted(slices.Values(s.actions(hold...)))
			}
		}
		if used := r.usedBy(folderOf(id)); !reflect.DeepEqual(allowed, used) {
			t.Errorf("%s, %v: may %v\nand uses %v", id, hold, allowed, used)
		}
	}
}
