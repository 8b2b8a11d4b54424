package contract_test

import (
	"reflect"
	"strings"
	"testing"
)

// equals and not are CloudFormation conditions on a parameter.
func equals(parameter string, value any) map[string]any {
	return map[string]any{"Fn::Equals": []any{map[string]any{"Ref": parameter}, value}}
}

func not(condition map[string]any) map[string]any {
	return map[string]any{"Fn::Not": []any{condition}}
}

// choice is a value that depends on a condition.
func choice(condition string, with, without any) map[string]any {
	return map[string]any{"Fn::If": []any{condition, with, without}}
}

// ref is a reference to a parameter or a resource.
func ref(name string) map[string]any { return map[string]any{"Ref": name} }

// Only the sample, the domain and the key depend on a condition, each with everything that belongs
// to it.
func TestConditions(t *testing.T) {
	tpl := theTemplate(t)
	want := map[string]any{
		"AuthorizerCaches": not(equals("AuthorizerCacheSeconds", "0")),
		"HasSampleRoute":   equals("SampleRoute", "true"),
		"HasDirectory":     not(equals("DirectoryUrl", "")),
		"HasEventBus":      not(equals("EventBus", "")),
		"EventBusIsArn": map[string]any{"Fn::Equals": []any{
			map[string]any{"Fn::Select": []any{0.0, map[string]any{"Fn::Split": []any{":", ref("EventBus")}}}}, "arn",
		}},
		"HasCheckBindConcurrency":  not(equals("CheckBindConcurrency", "0")),
		"HasBindConcurrency":       not(equals("BindConcurrency", "0")),
		"HasAuthorizerConcurrency": not(equals("AuthorizerConcurrency", "0")),
		"HasCors":                  not(equals("CorsOrigins", "")),
		"HasDomain":                not(equals("DomainName", "")),
		"HasKmsKey":                not(equals("KmsKeyArn", "")),
		"HasAlarmTopic":            not(equals("AlarmTopicArn", "")),
		"RollsBack":                equals("RollbackOnAlarm", "true"),
		// AWS China has no X-Ray for functions.
		"Traces": map[string]any{"Fn::And": []any{equals("Tracing", "true"), not(equals("AWS::Partition", "aws-cn"))}},
	}
	if !reflect.DeepEqual(tpl.Conditions, want) {
		t.Errorf("the conditions are %v, want %v", tpl.Conditions, want)
	}
	for id, r := range tpl.Resources {
		condition := ""
		switch {
		case id == "WhoamiLogGroup", id == "OutboxLogGroup": // retained: created again, they would meet themselves
		case id == "OutboxTable":
		case strings.HasPrefix(id, "Outbox"):
			condition = "HasEventBus"
		case strings.HasPrefix(id, "Whoami"):
			condition = "HasSampleRoute"
		case strings.HasPrefix(id, "Domain"):
			condition = "HasDomain"
		case id == "KeyPolicy":
			condition = "HasKmsKey"
		}
		if r.Condition != condition {
			t.Errorf("%s is there under the condition %q, want %q", id, r.Condition, condition)
		}
	}
	for name, value := range map[string]any{
		"SampleRoute": "false", "DirectoryUrl": "", "EventBus": "", "DomainName": "", "CertificateArn": "", "AlarmTopicArn": "", "KmsKeyArn": "",
		"CheckBindConcurrency": 0.0, "BindConcurrency": 0.0, "AuthorizerConcurrency": 0.0,
		"Tracing": "true", "RollbackOnAlarm": "true", "Deployment": "Canary10Percent5Minutes",
	} {
		if got := tpl.Parameters[name].Default; got != value {
			t.Errorf("%s is %v by default, want %v", name, got, value)
		}
	}
}
