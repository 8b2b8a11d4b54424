package contract_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/metrics"
)

// metric is a CloudWatch metric, with its dimensions as template.yaml writes them.
type metric struct {
	namespace, name string
	dimensions      map[string]any
}

// ofServices lists the metrics that AWS's own services write. Each has the dimension that
// names the resource, and that resource's type in SAM and in CloudFormation.
//
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
var ofServices = map[string]struct {
	dimension string
	of, names []string
}{
	"AWS/Lambda":     {"FunctionName", []string{"AWS::Serverless::Function", "AWS::Lambda::Function"}, []string{"Duration", "Errors", "IteratorAge", "Throttles"}},
	"AWS/ApiGateway": {"ApiId", []string{"AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api"}, []string{"4xx", "5xx", "Count"}},
	"AWS/DynamoDB":   {"TableName", []string{"AWS::DynamoDB::Table"}, []string{"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"}},
}

// ofOurs lists the metrics of pkg/metrics, and that of the access log. They all have the dimension Stack.
var ofOurs = []string{
	metrics.Logins, metrics.Binds, metrics.Unbound, metrics.Bound, metrics.LoginFailures, metrics.Visits, metrics.VisitFailures,
	metrics.Pushes, metrics.PushFailures, metrics.Punishments,
	metrics.WeChatFailures, metrics.AppSecretRejected, metrics.StoreFailures, metrics.SecretFailures, metrics.DirectoryFailures,
	metrics.Overloads, metrics.InternalFailures, metrics.Lapses, metrics.LoginLatency, metrics.WeChatLatency, metrics.StoreLatency,
	metrics.HashingLatency, metrics.DirectoryLatency, metrics.VisitLatency,
	tooManyRequests,
}

// tooManyRequests is the metric that is counted from the access log.
const tooManyRequests = "TooManyRequests"

// check returns an error for a metric that nothing writes: an alarm on it would be silent
// for ever. kindOf returns the type of a resource.
func (m metric) check(kindOf func(id string) string) error {
	if m.namespace == metrics.Namespace {
		if !slices.Contains(ofOurs, m.name) || !reflect.DeepEqual(m.dimensions, map[string]any{metrics.Stack: ref("AWS::StackName")}) {
			return fmt.Errorf("we make no %s of %v", m.name, m.dimensions)
		}
		return nil
	}
	service := ofServices[m.namespace]
	resource, _ := m.dimensions[service.dimension].(map[string]any)
	id, _ := resource["Ref"].(string)
	if !slices.Contains(service.names, m.name) || len(m.dimensions) != 1 || !slices.Contains(service.of, kindOf(id)) {
		return fmt.Errorf("%s makes no %s of %v", m.namespace, m.name, m.dimensions)
	}
	return nil
}

// kindOf returns the type of a resource.
func (tpl template) kindOf(id string) string { return tpl.Resources[id].Type }

// alarm is the part of an alarm that the tests read. It watches one metric, or an
// expression of several.
type alarm struct {
	measured
	AlarmDescription, AlarmName          string
	Metrics                              []query
	ComparisonOperator, TreatMissingData string
	Threshold                            float64
	Period, EvaluationPeriods            int
	AlarmActions, OKActions              any
}

// period is in seconds.
func (a alarm) period() int {
	for _, q := range a.Metrics {
		if q.MetricStat != nil {
			return q.MetricStat.Period
		}
	}
	return a.Period
}

type measured struct {
	Namespace, MetricName string
	Dimensions            []struct {
		Name  string
		Value any
	}
}

func (m measured) metric() metric {
	dimensions := map[string]any{}
	for _, d := range m.Dimensions {
		dimensions[d.Name] = d.Value
	}
	return metric{m.Namespace, m.MetricName, dimensions}
}

type query struct {
	ID         string `json:"Id"`
	Expression string
	ReturnData *bool
	MetricStat *struct {
		Metric measured
		Stat   string
		Period int
	}
}

// theAlarms returns the alarms, and the metrics that each watches.
func theAlarms(t *testing.T, tpl template) (alarms map[string]alarm, looksAt map[string][]metric) {
	t.Helper()
	alarms, looksAt = map[string]alarm{}, map[string][]metric{}
	for id, r := range tpl.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		var a alarm
		into(t, r.Properties, &a)
		alarms[id] = a
		if a.MetricName != "" {
			looksAt[id] = append(looksAt[id], a.metric())
		}
		for _, q := range a.Metrics {
			if q.MetricStat != nil {
				looksAt[id] = append(looksAt[id], q.MetricStat.Metric.metric())
			}
		}
	}
	return alarms, looksAt
}

// Every failure that stops logins has an alarm on a metric that exists. All alarms notify
// the same topic.
func TestAlarms(t *testing.T) {
	tpl := theTemplate(t)
	alarms, looksAt := theAlarms(t, tpl)
	watched := map[string]bool{}
	for id, a := range alarms {
		for _, m := range looksAt[id] {
			if err := m.check(tpl.kindOf); err != nil {
				t.Errorf("%s: %v", id, err)
			}
			watched[m.namespace+" "+m.name] = true
		}
		// An alarm takes ten, and an expression decides of what it is given.
		if n := len(looksAt[id]); n == 0 || n > 10 {
			t.Errorf("%s looks at %d metrics", id, n)
		}
		for i, q := range a.Metrics {
			if decides := q.ReturnData == nil || *q.ReturnData; decides != (i == 0) || (i == 0) != (q.Expression != "") {
				t.Errorf("%s: %+v", id, q)
			}
			if i > 0 && q.MetricStat.Period != a.period() {
				t.Errorf("%s looks at periods that differ", id)
			}
			for _, name := range operands.FindAllString(q.Expression, -1) {
				if !slices.ContainsFunc(a.Metrics, func(q query) bool { return q.ID == name }) {
					t.Errorf("%s: %s is about %s, which is nothing", id, q.Expression, name)
				}
			}
		}
		to := choice("HasAlarmTopic", []any{ref("AlarmTopicArn")}, ref("AWS::NoValue"))
		if !reflect.DeepEqual(a.AlarmActions, to) || !reflect.DeepEqual(a.OKActions, to) {
			t.Errorf("%s tells %v and %v", id, a.AlarmActions, a.OKActions)
		}
		if a.AlarmDescription == "" || a.AlarmName != "" || a.Threshold <= 0 || a.EvaluationPeriods < 1 ||
			a.ComparisonOperator != "GreaterThanOrEqualToThreshold" || a.TreatMissingData != "notBreaching" {
			t.Errorf("%s is %+v", id, a)
		}
	}
	for _, name := range []string{
		"AWS/Lambda Errors", "AWS/Lambda Throttles", "AWS/Lambda Duration", "AWS/ApiGateway 5xx", "wxbind TooManyRequests",
		"wxbind WeChatFailures",
		"wxbind AppSecretRejected", "wxbind StoreFailures", "wxbind SecretFailures", "wxbind DirectoryFailures", "wxbind InternalFailures",
	} {
		if !watched[name] {
			t.Errorf("nobody hears of %s", name)
		}
	}
}

// operands matches the metrics in an expression. Functions are in capitals.
var operands = regexp.MustCompile(`\b[a-z]\w*\b`)
