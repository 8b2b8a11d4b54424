package contract_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/metrics"
)

// Answers with 429 are counted from the access log, whose lines say the status and the stack. A line is a JSON of
// texts, so the status is compared as a text:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
func TestTooManyRequestsAreCounted(t *testing.T) {
	tpl := theTemplate(t)
	var format struct {
		AccessLogSettings struct{ Format map[string]string }
	}
	into(t, tpl.Resources["Api"].Properties, &format)
	line := format.AccessLogSettings.Format["Fn::Sub"]
	for _, field := range []string{`"stack":"${AWS::StackName}"`, `"status":"$context.status"`} {
		if !strings.Contains(line, field) {
			t.Errorf("the access log has no %s: %s", field, line)
		}
	}
	got := tpl.Resources["TooManyRequestsFilter"].Properties
	want := map[string]any{
		"LogGroupName": ref("AccessLogGroup"), "FilterPattern": `{ $.status = "429" }`,
		"MetricTransformations": []any{map[string]any{
			"MetricNamespace": metrics.Namespace, "MetricName": tooManyRequests, "MetricValue": "1", "Unit": "Count",
			"Dimensions": []any{map[string]any{"Key": metrics.Stack, "Value": "$.stack"}},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the filter is\n%v, want\n%v", got, want)
	}
}
