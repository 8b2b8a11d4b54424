package app

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

func TestStackOfTheMetrics(t *testing.T) {
	for name, c := range map[string]struct{ logGroup, function, want string }{
		"the template's log group":   {"/aws/lambda/wxbind-prod/checkbind", "wxbind-prod-CheckBindFunction-1A2B", "wxbind-prod"},
		"Lambda's own log group":     {"/aws/lambda/wxbind-CheckBindFunction-1A2B", "wxbind-CheckBindFunction-1A2B", "wxbind-CheckBindFunction-1A2B"},
		"a log group of another":     {"/logs/wxbind/checkbind", "checkbind", "checkbind"},
		"no function in it":          {"/aws/lambda/wxbind/", "checkbind", "checkbind"},
		"no stack in it":             {"/aws/lambda//checkbind", "checkbind", "checkbind"},
		"sam local's":                {"aws/lambda/CheckBindFunction", "CheckBindFunction", "CheckBindFunction"},
		"no log group":               {"", "local", "local"},
		"outside Lambda: no metrics": {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			metricsOn(&log, getenv(map[string]string{
				"AWS_LAMBDA_LOG_GROUP_NAME": c.logGroup, "AWS_LAMBDA_FUNCTION_NAME": c.function,
			})).Write(metrics.Request{Decision: "login", Trail: &login.Trail{}})
			if c.want == "" {
				if log.Len() != 0 {
					t.Errorf("got %s", log.String())
				}
				return
			}
			var line map[string]any
			if err := json.Unmarshal(log.Bytes(), &line); err != nil || line[metrics.Stack] != c.want {
				t.Errorf("got %s and %v, want %s", log.String(), err, c.want)
			}
		})
	}
}

// The dimension Stack stands upon the names of the log groups in template.yaml.
func TestLogGroupsNameTheStack(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range regexp.MustCompile(`LogGroupName: !Sub (\S*/lambda/\S*)`).FindAllStringSubmatch(string(template), -1) {
		found++
		if stack := stackOf(strings.ReplaceAll(m[1], "${AWS::StackName}", "wxbind")); stack != "wxbind" {
			t.Errorf("the stack of %s is %q", m[1], stack)
		}
	}
	if functions := strings.Count(string(template), "Type: AWS::Serverless::Function\n"); found != functions {
		t.Errorf("%d log groups that name the stack, %d functions", found, functions)
	}
}
