package contract_test

import (
	"reflect"
	"strings"
	"testing"
)

// uuidOfStack is the last part of a stack's id, arn:…:stack/<name>/<uuid>.
var uuidOfStack = map[string]any{"Fn::Select": []any{2.0, map[string]any{"Fn::Split": []any{"/", ref("AWS::StackId")}}}}

// logGroupOf is the log group of a function, or AccessLogGroup, as template.yaml must write it.
// Its name begins with the stack's, so that operators find it. It ends in the UUID, which no
// other stack has, so a new stack of the same name does not clash with the retained groups.
func logGroupOf(name string) resource {
	return resource{
		Type: "AWS::Logs::LogGroup", DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain",
		Properties: map[string]any{
			"LogGroupName":    map[string]any{"Fn::Sub": []any{name + "/${UUID}", map[string]any{"UUID": uuidOfStack}}},
			"RetentionInDays": ref("LogRetentionDays"),
		},
	}
}

// Each function has its own log group, and the API has one more. All are alike: they are kept for
// the configured number of days, even if the stack is deleted.
func TestLogGroups(t *testing.T) {
	tpl := theTemplate(t)
	want := map[string]resource{"AccessLogGroup": logGroupOf("/aws/vendedlogs/${AWS::StackName}/access")}
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		group := strings.TrimSuffix(id, "Function") + "LogGroup"
		want[group] = logGroupOf("/aws/lambda/${AWS::StackName}/" + folderOf(id))
		logging, _ := r.Properties["LoggingConfig"].(map[string]any)
		if got := logging["LogGroup"]; !reflect.DeepEqual(got, ref(group)) {
			t.Errorf("%s logs to %v, want %s", id, got, group)
		}
	}
	for id, r := range tpl.Resources {
		if _, ok := want[id]; !ok && r.Type == "AWS::Logs::LogGroup" {
			t.Errorf("nothing logs to %s", id)
		}
	}
	for id, group := range want {
		if got := tpl.Resources[id]; !reflect.DeepEqual(got, group) {
			t.Errorf("%s is\n%v\nbut log groups are alike (docs/decisions/log-groups.md); write\n%v", id, got, group)
		}
	}
}
