//go:build sam

package contract_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// promise is a check that every stack must pass, whatever its parameters, Region and
// partition.
type promise struct {
	name  string
	check func(s *stack, wrong func(format string, arguments ...any))
}

var promises = []promise{
	{"tables", checkTables}, {"secrets", checkSecrets}, {"functions", checkFunctions}, {"logs", checkLogs},
	{"releases", checkReleases}, {"roles", checkRoles}, {"trust", checkTrust}, {"partition", checkPartition},
	{"routes", checkRoutes}, {"pages", checkPages}, {"throttles", checkThrottles}, {"authorizer", checkSessionScheme}, {"access log", checkAccessLog},
	{"domain", checkDomain}, {"alarms", checkAlarms}, {"dashboard", checkDashboard}, {"outputs", checkOutputs},
	{"notices", checkNotices},
}

// of returns the ids of the resources of a type, sorted.
func (s *stack) of(kind string) []string {
	var ids []string
	for id, r := range s.resources {
		if r.kind == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (s *stack) kindOf(id string) string { return s.resources[id].kind }

// decode reads the properties of a resource. What does not fit stays empty, so a check fails.
func (s *stack) decode(id string, into any) error {
	text, err := json.Marshal(s.resources[id].properties)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// functionIDs returns the functions that the stack must have.
func (s *stack) functionIDs() []string {
	template, err := iamtest.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil // and none of the stack's is one of them
	}
	return slices.DeleteFunc(template.Functions(), func(id string) bool {
		if folderOf(id) == app.OutboxFunction {
			return s.parameters["EventBus"] == ""
		}
		routes := routesOf(folderOf(id))
		return len(routes) > 0 && routes[0].Guard() == apigw.GuardAuthorizer && s.parameters["SampleRoute"] != "true"
	})
}

func checkTables(s *stack, wrong func(string, ...any)) {
	if n := len(s.of("AWS::DynamoDB::Table")); n != len(dynamostore.Schema) {
		wrong("there are %d", n)
	}
	for _, schema := range dynamostore.Schema {
		id := schema.Name + "Table"
		var got table
		if err := s.decode(id, &got); err != nil {
			wrong("%s: %v", id, err)
		}
		if err := got.check(schema, s.parameters["DeletionProtection"], encryption(s.parameters["KmsKeyArn"])); err != nil {
			wrong("%s: %v", id, err)
		}
		if r := s.resources[id]; r.deletionPolicy != "Retain" || r.updateReplacePolicy != "Retain" {
			wrong("%s goes with the stack", id)
		}
	}
}

func checkSecrets(s *stack, wrong func(string, ...any)) {
	ids := s.of("AWS::SecretsManager::Secret")
	if !slices.Equal(ids, slices.Sorted(maps.Keys(generatedOnce))) {
		wrong("the secrets are %v", ids)
	}
	for id, want := range generatedOnce {
		r := s.resources[id]
		known := 2
		if key := s.parameters["KmsKeyArn"]; key != "" {
			known++
			if r.properties["KmsKeyId"] != key {
				wrong("%s has the key %v", id, r.properties["KmsKeyId"])
			}
		}
		if !reflect.DeepEqual(r.properties["GenerateSecretString"], any(want)) || len(r.properties) != known {
			wrong("%s is made by %v, want %v for ever", id, r.properties, want)
		}
		if r.deletionPolicy != "Retain" || r.updateReplacePolicy != "Retain" {
			wrong("%s goes with the stack", id)
		}
	}
}

// memoryOf names the parameter that sets a function's memory.
func memoryOf(function string) string {
	switch function {
	case "BindFunction", "BindPhoneFunction", "PasswordFunction":
		return "BindMemory"
	case "AccountFunction", "CheckBindFunction", "Code2SessionFunction", "DecryptFunction", "PhoneFunction", "RegisterFunction", "UnbindFunction":
		return "LoginMemory" // these ask WeChat
	}
	return "SessionMemory"
}

func checkFunctions(s *stack, wrong func(string, ...any)) {
	if ids := s.of("AWS::Lambda::Function"); !slices.Equal(ids, s.functionIDs()) {
		wrong("there are %v", ids)
	}
	tracing := "PassThrough"
	if s.parameters["Tracing"] == "true" && s.partition == "aws" {
		tracing = "Active"
	}
	for _, id := range s.functionIDs() {
		noun := strings.TrimSuffix(id, "Function")
		var environment struct {
			Environment struct{ Variables map[string]string }
		}
		if err := s.decode(id, &environment); err != nil {
			wrong("%s: %v", id, err)
		}
		variables := environment.Environment.Variables
		if _, err := app.SettingsFrom(func(name string) string {
			if slices.Contains(setByLambda, name) {
				return "set by Lambda"
			}
			return variables[name]
		}); err != nil {
			wrong("%s does not start: %v", id, err)
		}
		for name, secret := range map[string]string{"WXBIND_SECRET_ID": "Secret", "WXBIND_SERVICES_SECRET_ID": "ServicesSecret"} {
			if variables[name] != s.arn("secretsmanager", "secret:"+secret) {
				wrong("%s reads %s as %s", id, variables[name], name)
			}
		}
		for _, schema := range dynamostore.Schema {
			want := schema.Name + "Table"
			if schema.Name == "Outbox" && s.parameters["EventBus"] == "" {
				want = "" // no notices are kept
			}
			if got := variables["WXBIND_"+strings.ToUpper(schema.Name)+"_TABLE"]; got != want {
				wrong("%s takes %q for %s", id, got, schema.Name)
			}
		}
		want := map[string]any{
			"Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 10.0,
			"Role": s.roleARN(noun + "Role"), "MemorySize": s.parameters[memoryOf(id)],
			"Architectures": []any{s.parameters["Architecture"]}, "TracingConfig": map[string]any{"Mode": tracing},
			"LoggingConfig": map[string]any{"LogFormat": "JSON", "LogGroup": s.logGroup(noun)},
		}
		if n := s.parameters[noun+"Concurrency"]; n != "" && n != "0" {
			want["ReservedConcurrentExecutions"] = n
		}
		got := s.resources[id].properties
		for _, name := range append(slices.Collect(maps.Keys(want)), "ReservedConcurrentExecutions") {
			if !reflect.DeepEqual(got[name], want[name]) {
				wrong("%s has %s %v, want %v", id, name, got[name], want[name])
			}
		}
	}
}

func (s *stack) logGroup(noun string) string {
	return "/aws/lambda/" + stackName + "/" + strings.ToLower(noun) + "/" + stackUUID
}

func (s *stack) accessLogGroup() string {
	return "/aws/vendedlogs/" + stackName + "/access/" + stackUUID
}

// Log groups outlive the stack. Those of the sample and of the outbox exist even without these.
func checkLogs(s *stack, wrong func(string, ...any)) {
	names := map[any]bool{s.accessLogGroup(): true, s.logGroup("Whoami"): true, s.logGroup("Outbox"): true}
	for _, id := range s.functionIDs() {
		names[s.logGroup(strings.TrimSuffix(id, "Function"))] = true
	}
	ids := s.of("AWS::Logs::LogGroup")
	for _, id := range ids {
		r := s.resources[id]
		if !names[r.properties["LogGroupName"]] || r.properties["RetentionInDays"] != s.parameters["LogRetentionDays"] {
			wrong("%s is %v", id, r.properties)
		}
		if r.deletionPolicy != "RetainExceptOnCreate" || r.updateReplacePolicy != "Retain" {
			wrong("%s goes with the stack", id)
		}
	}
	if len(ids) != len(names) {
		wrong("there are %v, want %v", ids, names)
	}
}

func checkOutputs(s *stack, wrong func(string, ...any)) {
	want := map[string]string{
		"ApiUrl":        "https://Api.execute-api." + s.region + "." + s.suffix,
		"AuthorizerArn": s.arn("lambda", "function:AuthorizerFunction:live"),
		"SecretArn":     s.arn("secretsmanager", "secret:Secret"),

		"ServicesSecretArn": s.arn("secretsmanager", "secret:ServicesSecret"),
	}
	for _, schema := range dynamostore.Schema {
		want[schema.Name+"Table"] = schema.Name + "Table"
	}
	if s.parameters["EventBus"] == "" {
		delete(want, "OutboxTable") // so the command keeps no notices either
	}
	if name := s.parameters["DomainName"]; name != "" {
		want["DomainUrl"] = "https://" + name
		want["DomainTarget"] = "d-domain.execute-api." + s.region + "." + s.suffix
	}
	if !reflect.DeepEqual(s.outputs, want) {
		wrong("they are %v, want %v", s.outputs, want)
	}
}
