//go:build sam

package contract_test

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/metrics"
)

// metricOf converts a metric of the stack to the form in template.yaml.
func (s *stack) metricOf(m metric) metric {
	dimensions := map[string]any{}
	for name, value := range m.dimensions {
		text, _ := value.(string)
		if name == metrics.Stack && text == stackName {
			text = "AWS::StackName"
		}
		dimensions[name] = ref(text)
	}
	return metric{m.namespace, m.name, dimensions}
}

// Every alarm watches metrics that exist, and notifies the topic if there is one. The
// alarms watch every function except the sample; of what delivers notices, only the errors: it may take its time.
func checkAlarms(s *stack, wrong func(string, ...any)) {
	want := []string{
		"ApiFailuresAlarm", "AppSecretRejectedAlarm", "DirectoryFailuresAlarm", "InternalFailuresAlarm",
		"LoginErrorsAlarm", "LoginSlowAlarm", "LoginThrottlesAlarm", "NobodyGetsInAlarm", "PunishedAlarm", "SecretFailuresAlarm",
		"SessionErrorsAlarm", "SessionSlowAlarm", "SessionThrottlesAlarm", "StoreFailuresAlarm", "TooManyRequestsAlarm", "WeChatFailuresAlarm",
	}
	if s.parameters["EventBus"] != "" {
		want = append(want, "OutboxErrorsAlarm", "OutboxLateAlarm")
		slices.Sort(want)
	}
	if ids := s.of("AWS::CloudWatch::Alarm"); !slices.Equal(ids, want) {
		wrong("there are %v", ids)
	}
	watched := map[string][]any{} // metrics of functions, by name
	for _, id := range want {
		var a alarm
		if err := s.decode(id, &a); err != nil {
			wrong("%s: %v", id, err)
		}
		var looksAt []metric
		if a.MetricName != "" {
			looksAt = append(looksAt, a.metric())
		}
		for _, q := range a.Metrics {
			if q.MetricStat != nil {
				looksAt = append(looksAt, q.MetricStat.Metric.metric())
			}
		}
		for _, m := range looksAt {
			if err := s.metricOf(m).check(s.kindOf); err != nil {
				wrong("%s: %v", id, err)
			}
			if function := m.dimensions["FunctionName"]; function != nil {
				watched[m.name] = append(watched[m.name], function)
			}
		}
		if len(looksAt) == 0 || len(looksAt) > 10 {
			wrong("%s looks at %v", id, looksAt)
		}
		for _, tells := range []any{a.AlarmActions, a.OKActions} {
			list, _ := tells.([]any)
			topic := s.parameters["AlarmTopicArn"]
			if heard := len(list) == 1 && list[0] == topic; heard != (topic != "") || !heard && tells != nil {
				wrong("%s tells %v", id, tells)
			}
		}
	}
	for _, name := range onFunctions {
		var functions []any
		for _, id := range s.functionIDs() {
			if id != "WhoamiFunction" && (folderOf(id) != app.OutboxFunction || name == "Errors") {
				functions = append(functions, id)
			}
		}
		if !sameElements(watched[name], functions) {
			wrong("of %s alarms look at %v, want %v", name, watched[name], functions)
		}
	}
}

// The dashboard is JSON, uses this stack's Region, and shows alarms that exist.
func checkDashboard(s *stack, wrong func(string, ...any)) {
	board := s.resources["Dashboard"].properties
	if board["DashboardName"] != stackName+"-"+s.region {
		wrong("it is named %v", board["DashboardName"])
	}
	text, _ := board["DashboardBody"].(string)
	var body struct {
		Widgets []struct {
			Properties struct {
				Region string
				Alarms []string
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		wrong("it is no JSON: %v", err)
	}
	shown := 0
	for _, w := range body.Widgets {
		if r := w.Properties.Region; r != "" && r != s.region {
			wrong("it is of %s", r)
		}
		for _, arn := range w.Properties.Alarms {
			shown++
			id, ours := strings.CutPrefix(arn, s.arn("cloudwatch", "alarm:"))
			if !ours || s.kindOf(id) != "AWS::CloudWatch::Alarm" {
				wrong("it shows %s, which is not there", arn)
			}
		}
	}
	if shown == 0 {
		wrong("it shows no alarm")
	}
}
