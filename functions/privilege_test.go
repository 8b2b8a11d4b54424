package functions_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// underDirectory is the template's condition that the platform's own directory has the
// users.
const underDirectory = "HasDirectory"

// conditions lists the other conditions that hold: all those that add to a role.
var conditions = []string{"HasKmsKey", "HasSampleRoute", "Traces"}

// unplayed lists the grants that none of our flows uses, by their actions, and why they
// exist.
var unplayed = map[string]string{
	"dynamodb:ListStreams":     "Lambda lists the table's streams before it reads one, and there is no narrower resource: TestOutboxPrivilege",
	"kms:Decrypt":              "DynamoDB and Secrets Manager do it in the function's name; DynamoDB Local and the double do not encrypt",
	"logs:CreateLogStream":     "Lambda makes a stream for each instance; the ARN of a log group ends in :*, which stands for its streams",
	"logs:PutLogEvents":        "Lambda writes there what the function prints",
	"xray:PutTelemetryRecords": "Lambda does it for a function that is traced; X-Ray has no resources, so it stands with *",
	"xray:PutTraceSegments":    "as above",
}

// Every built function can do its work with what template.yaml allows it, and uses all of
// it, apart from what unplayed lists. Take any other grant away, and a flow gets another
// answer, or the request's log line names what was refused.
func TestLeastPrivilege(t *testing.T) {
	template, err := iamtest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range template.Functions() {
		name := strings.ToLower(strings.TrimSuffix(id, "Function"))
		if name == app.OutboxFunction {
			continue // TestOutboxPrivilege does
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play := flowsOf(name, false)
			role, err := template.Role(id, conditions...)
			if err != nil {
				t.Fatal(err)
			}
			holdTo(t, name, role.Policy, play)
			more, err := template.Role(id, append(conditions, underDirectory)...)
			if err != nil {
				t.Fatal(err)
			}
			if theirs := flowsOf(name, true); len(theirs) > 0 {
				t.Run("directory", func(t *testing.T) { holdTo(t, name, more.Policy, theirs) })
			} else if !reflect.DeepEqual(role, more) && !slices.Contains(verifiers, id) { // who reads no password then
				t.Errorf("it has no part in a directory and may %v with one", more.Policy)
			}
		})
	}
}

// holdTo plays the flows of a function under its policy. It also plays the flows that need
// a part of the policy without that part.
func holdTo(t *testing.T, function string, policy iamtest.Policy, flows []flow) {
	usedBy := map[iamtest.Access][]flow{}
	for _, f := range flows {
		t.Run(f.name, func(t *testing.T) {
			p := f.play(t, function, policy)
			if len(p.troubles) > 0 || len(p.guard.Refused()) > 0 || len(p.guard.Misunderstood()) > 0 {
				t.Errorf("%v; refused: %v, %v", p.troubles, p.guard.Refused(), p.guard.Misunderstood())
			}
			for _, grant := range policy.Grants() {
				if slices.ContainsFunc(p.guard.Used(), grant.Covers) {
					usedBy[grant] = append(usedBy[grant], f)
				}
			}
		})
	}
	for _, grant := range policy.Grants() {
		if len(usedBy[grant]) == 0 && unplayed[grant.Action] == "" {
			t.Errorf("it may %s and never does", grant)
		}
	}
	if t.Failed() {
		return
	}
	for _, r := range policy.Reductions() {
		var concerned []flow
		for _, lost := range r.Lost {
			concerned = append(concerned, usedBy[lost]...)
		}
		if len(concerned) == 0 {
			continue // of what nobody plays
		}
		t.Run("without "+r.Name, func(t *testing.T) {
			t.Parallel()
			if !slices.ContainsFunc(concerned, func(f flow) bool {
				p := f.play(t, function, r.Policy)
				return len(p.guard.Refused()) > 0 && len(p.troubles) > 0
			}) {
				t.Error("nobody notices")
			}
		})
	}
}

// A password's hash is under a key of its own in the table of users. These functions verify passwords, unless the platform's own
// directory does.
var verifiers = []string{"BindFunction", "BindPhoneFunction", "PasswordFunction"}

// keyless are actions that give away items of a table and name none of their keys. So no condition of keys stops them.
var keyless = []string{
	"Scan", "PartiQLSelect", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert", "ExportTableToPointInTime", "CreateBackup",
	"RestoreTableToPointInTime", "RestoreTableFromBackup", "CreateGlobalTable", "UpdateTable", "PutResourcePolicy", "GetRecords",
}

// keyed are actions that can show the item that they name: an update can return what was there before.
var keyed = []string{"GetItem", "BatchGetItem", "Query", "ConditionCheckItem", "UpdateItem", "PutItem"}

// Whoever may read users may read no password, whatever the request.
func TestOnlyVerifiersReadPasswords(t *testing.T) {
	template, err := iamtest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	users := iamtest.TableARN("UsersTable")
	for _, id := range template.Functions() {
		for name, hold := range map[string][]string{"alone": conditions, "with a directory": append(conditions, underDirectory)} {
			role, err := template.Role(id, hold...)
			if err != nil {
				t.Fatal(err)
			}
			for _, resource := range []string{users, users + "/index/any", users + "/stream/any", users + "/backup/any", users + "/export/any"} {
				for _, action := range keyless {
					if role.Policy.Allows(iamtest.Access{Action: "dynamodb:" + action, Resource: resource}) {
						t.Errorf("%s, %s, may %s on %s, which no condition of keys limits", id, name, action, resource)
					}
				}
			}
			reads := slices.ContainsFunc(keyed, func(action string) bool {
				return role.Policy.Allows(iamtest.Access{Action: "dynamodb:" + action, Resource: users, Key: "password#1"})
			})
			if want := slices.Contains(verifiers, id) && name == "alone"; reads != want {
				t.Errorf("%s, %s, reads passwords: %v, want %v", id, name, reads, want)
			}
			for _, grant := range role.Policy.Grants() {
				prefix, _ := strings.CutSuffix(grant.Key, "#*")
				if grant.Resource == users && (prefix == "" || strings.ContainsAny(prefix, "*?")) {
					t.Errorf("%s, %s, may %s: name the items by their prefix", id, name, grant)
				}
			}
		}
	}
}

// Only Lambda may assume a role. Its policy names what it grants access to. Every wildcard
// is listed above with the reason for it.
func TestPoliciesNameWhatTheyAllow(t *testing.T) {
	template, err := iamtest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const trust = `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}}],"Version":"2012-10-17"}`
	for _, id := range template.Functions() {
		role, err := template.Role(id, append(conditions, underDirectory)...)
		if err != nil {
			t.Fatal(err)
		}
		if role.Trust != trust {
			t.Errorf("the role of %s is assumed by %s", id, role.Trust)
		}
		var logs []string
		for _, grant := range role.Policy.Grants() {
			if strings.ContainsAny(grant.Action, "*?") || strings.ContainsAny(grant.Resource, "*?") && unplayed[grant.Action] == "" {
				t.Errorf("%s may %s on %s", id, grant.Action, grant.Resource)
			}
			if strings.HasPrefix(grant.Action, "logs:") {
				logs = append(logs, grant.Action+" on "+grant.Resource)
			}
		}
		group := iamtest.LogGroupARN(strings.TrimSuffix(id, "Function") + "LogGroup")
		if want := []string{"logs:CreateLogStream on " + group, "logs:PutLogEvents on " + group}; !slices.Equal(logs, want) {
			t.Errorf("%s may %v, want %v", id, logs, want)
		}
	}
}
