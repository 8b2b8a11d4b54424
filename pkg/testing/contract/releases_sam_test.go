//go:build sam

package contract_test

import (
	"reflect"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/app"
)

// Each function has one version, which is kept when the next one comes, and the alias
// live. CodeDeploy moves the alias to the version as the parameters say.
func checkReleases(s *stack, wrong func(string, ...any)) {
	versions := map[any]string{}
	for _, id := range s.of("AWS::Lambda::Version") {
		function := s.resources[id].properties["FunctionName"]
		if versions[function] != "" || s.resources[id].deletionPolicy != "Retain" {
			wrong("%s, %s of %v", id, versions[function], function)
		}
		versions[function] = id
	}
	aliases, groups := s.of("AWS::Lambda::Alias"), s.of("AWS::CodeDeploy::DeploymentGroup")
	if len(aliases) != len(s.functionIDs()) || len(groups) != len(aliases) || len(versions) != len(aliases) {
		wrong("%d functions have %d versions, the aliases %v and the groups %v", len(s.functionIDs()), len(versions), aliases, groups)
	}
	alarms := map[string]any{}
	if s.parameters["RollbackOnAlarm"] == "true" {
		var names []any
		for _, id := range []string{
			"LoginErrorsAlarm", "SessionErrorsAlarm", "LoginThrottlesAlarm", "SessionThrottlesAlarm", "LoginSlowAlarm", "SessionSlowAlarm",
			"InternalFailuresAlarm",
		} {
			if s.kindOf(id) != "AWS::CloudWatch::Alarm" {
				wrong("there is no alarm %s", id)
			}
			names = append(names, map[string]any{"Name": id})
		}
		alarms = map[string]any{"Enabled": true, "Alarms": names}
	}
	for _, id := range s.functionIDs() {
		alias, group := s.resources[id+"Aliaslive"], s.resources[id+"DeploymentGroup"]
		if want := map[string]any{"Name": "live", "FunctionName": id, "FunctionVersion": versions[id]}; !reflect.DeepEqual(alias.properties, want) {
			wrong("the alias of %s is %v, want %v", id, alias.properties, want)
		}
		moves := map[string]any{"CodeDeployLambdaAliasUpdate": map[string]any{
			"ApplicationName": "ServerlessDeploymentApplication", "DeploymentGroupName": id + "DeploymentGroup",
		}}
		if !reflect.DeepEqual(alias.updatePolicy, moves) {
			wrong("the alias of %s moves by %v", id, alias.updatePolicy)
		}
		want := map[string]any{
			"ApplicationName": "ServerlessDeploymentApplication", "ServiceRoleArn": s.roleARN("DeploymentRole"),
			"DeploymentConfigName": "CodeDeployDefault.Lambda" + s.parameters["Deployment"],
			"DeploymentStyle":      map[string]any{"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
			"AlarmConfiguration":   alarms,
			"AutoRollbackConfiguration": map[string]any{
				"Enabled": true, "Events": []any{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"},
			},
		}
		if !reflect.DeepEqual(group.properties, want) {
			wrong("%s is released by %v, want %v", id, group.properties, want)
		}
	}
}

// aRole is the part of a role that the tests read.
type aRole struct {
	AssumeRolePolicyDocument struct{ Statement []statement }
	Policies                 []struct {
		PolicyDocument struct{ Statement []statement }
	}
	ManagedPolicyArns []any
}

type statement struct {
	Effect           string
	Principal        map[string]any
	Action, Resource any
}

// A role is written out in the template. It names only this stack's own secret and tables,
// and its function's log group. functions/privilege_test.go checks which actions it needs.
func checkRoles(s *stack, wrong func(string, ...any)) {
	var roles, aliases []any
	for _, id := range s.functionIDs() {
		noun := strings.TrimSuffix(id, "Function")
		roles = append(roles, noun+"Role")
		aliases = append(aliases, s.arn("lambda", "function:"+id)+"*")
		group := s.arn("logs", "log-group:"+s.logGroup(noun)+":*")
		secret := "Secret"
		if id == "IntrospectFunction" {
			secret = "ServicesSecret"
		}
		may := map[any]string{s.arn("secretsmanager", "secret:"+secret): "secretsmanager:", group: "logs:"}
		for _, table := range s.of("AWS::DynamoDB::Table") {
			may[s.arn("dynamodb", "table/"+table)] = "dynamodb:"
		}
		if folderOf(id) == app.OutboxFunction {
			may[s.stream()], may[s.arn("dynamodb", "table/OutboxTable/stream/*")], may[s.bus()] = "dynamodb:", "dynamodb:ListStreams", "events:"
		}
		var r aRole
		if err := s.decode(noun+"Role", &r); err != nil || len(r.Policies) != 1 || len(r.ManagedPolicyArns) != 0 {
			wrong("%sRole is %+v, %v", noun, r, err)
			continue
		}
		logs := false
		for _, statement := range r.Policies[0].PolicyDocument.Statement {
			actions, isList := statement.Action.([]any)
			if !isList {
				actions = []any{statement.Action}
			}
			prefix, known := may[statement.Resource]
			foreign := func(action any) bool {
				name, _ := action.(string)
				return !strings.HasPrefix(name, prefix) || strings.Contains(name, "*")
			}
			if !known || statement.Effect != "Allow" || len(actions) == 0 || slices.ContainsFunc(actions, foreign) {
				wrong("%sRole may %+v", noun, statement)
			}
			logs = logs || statement.Resource == group
		}
		if !logs {
			wrong("%sRole may not write its log", noun)
		}
	}
	if n := len(s.of("AWS::IAM::Role")); n != len(roles)+1 {
		wrong("there are %d roles", n)
	}
	effect := "Deny"
	if s.parameters["Tracing"] == "true" && s.partition == "aws" {
		effect = "Allow"
	}
	tracing := s.resources["TracingPolicy"].properties
	want := []any{map[string]any{"Effect": effect, "Action": []any{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, "Resource": "*"}}
	if got := object(tracing["PolicyDocument"])["Statement"]; !reflect.DeepEqual(got, want) {
		wrong("tracing: %v, want %v", got, want)
	}
	if got, _ := tracing["Roles"].([]any); !sameElements(got, roles) {
		wrong("tracing is for %v, want %v", got, roles)
	}
	checkKeyPolicy(s, wrong)
	var deployment aRole
	if err := s.decode("DeploymentRole", &deployment); err != nil || len(deployment.Policies) != 1 {
		wrong("DeploymentRole is %+v, %v", deployment, err)
		return
	}
	for _, statement := range deployment.Policies[0].PolicyDocument.Statement {
		moves, _ := statement.Resource.([]any)
		if statement.Action != "cloudwatch:DescribeAlarms" && !sameElements(moves, aliases) {
			wrong("CodeDeploy may %+v, want %v", statement, aliases)
		}
	}
}

// Every function with a table or a secret may use the operator's key, if there is one, through the services that hold what
// it encrypts.
func checkKeyPolicy(s *stack, wrong func(string, ...any)) {
	key := s.parameters["KmsKeyArn"]
	policy, exists := s.resources["KeyPolicy"]
	if exists != (key != "") {
		wrong("there is a policy for the key %q: %v", key, exists)
	}
	if !exists {
		return
	}
	want := []any{map[string]any{
		"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key,
		"Condition": map[string]any{"StringLike": map[string]any{"kms:ViaService": []any{"dynamodb.*", "secretsmanager.*"}}},
	}}
	if got := object(policy.properties["PolicyDocument"])["Statement"]; !reflect.DeepEqual(got, want) {
		wrong("the key: %v, want %v", got, want)
	}
	var roles []any
	for _, id := range s.functionIDs() {
		if id != "WhoamiFunction" {
			roles = append(roles, strings.TrimSuffix(id, "Function")+"Role")
		}
	}
	if got, _ := policy.properties["Roles"].([]any); !sameElements(got, roles) {
		wrong("the key is for %v, want %v", got, roles)
	}
}

// Lambda's principal has the same name everywhere, and CodeDeploy's has the Region and the
// partition in it. AWS China does not know their other names.
func checkTrust(s *stack, wrong func(string, ...any)) {
	for _, id := range s.of("AWS::IAM::Role") {
		principal := "lambda.amazonaws.com"
		if id == "DeploymentRole" {
			principal = "codedeploy." + s.region + "." + s.suffix
		}
		var r aRole
		if err := s.decode(id, &r); err != nil {
			wrong("%s: %v", id, err)
		}
		want := []statement{{Effect: "Allow", Principal: map[string]any{"Service": principal}, Action: "sts:AssumeRole"}}
		if got := r.AssumeRolePolicyDocument.Statement; !reflect.DeepEqual(got, want) {
			wrong("%s is assumed by %+v, want %+v", id, got, want)
		}
	}
}

// Nothing in the stack belongs to another partition.
func checkPartition(s *stack, wrong func(string, ...any)) {
	look := func(path string, value any) {
		text, _ := value.(string)
		if text == "lambda.amazonaws.com" || text == "apigateway.amazonaws.com" {
			return // as principals: see checkTrust and checkRoutes
		}
		if strings.Count(text, "arn:") != strings.Count(text, "arn:"+s.partition+":") {
			wrong("%s: %s", path, text)
		}
		for _, after := range strings.Split(text, "amazonaws.com")[1:] {
			if strings.HasPrefix(after, ".cn") != (s.partition == "aws-cn") {
				wrong("%s: %s", path, text)
			}
		}
	}
	for id, r := range s.resources {
		walk(id, r.properties, look)
	}
	for name, value := range s.outputs {
		look(name, value)
	}
}
