package app

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/lambdatest"
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

// A built function writes each request's metrics where Lambda finds them: on the
// standard output, a line of its own, with what Lambda says of it.
func TestFunctionsWriteMetrics(t *testing.T) {
	unknown, err := events.CaseNamed("authorizer-unknown-token")
	if err != nil {
		t.Fatal(err)
	}
	event, err := unknown.Event()
	if err != nil {
		t.Fatal(err)
	}
	p := lambdatest.Start(t, lambdatest.Build(t, "../../functions/authorizer", t.TempDir()), map[string]string{
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/prod/authorizer", "WXBIND_SESSIONS_TABLE": "s", "WXBIND_USERS_TABLE": "u",
		"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", // nobody listens
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := p.Invoke(ctx, event); err == nil {
		t.Error("the authorizer answers without a store")
	}
	p.Stop()
	var found []map[string]any
	for text := range strings.Lines(p.Log()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if line["_aws"] != nil {
			found = append(found, line)
		}
	}
	if len(found) != 1 || found[0][metrics.Stack] != "prod" || found[0][metrics.VisitFailures] != 1.0 || found[0][metrics.StoreFailures] != 1.0 {
		t.Errorf("got %v in\n%s", found, p.Log())
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
