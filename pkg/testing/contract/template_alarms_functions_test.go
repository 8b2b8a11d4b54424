package contract_test

import (
	"slices"
	"testing"
)

// onFunctions maps the kind in an alarm's name to the metric of functions that it watches:
// LoginErrorsAlarm watches Errors.
var onFunctions = map[string]string{"Errors": "Errors", "Throttles": "Throttles", "Slow": "Duration"}

// groupOf maps the parameter that sets a function's memory to the function's group. Functions
// that ask WeChat are one group, and the others another. A group shares an alarm of each kind.
var groupOf = map[string]string{"LoginMemory": "Login", "BindMemory": "Login", "SessionMemory": "Session"}

// watchedFunctions returns all functions except the sample, by group.
func watchedFunctions(t *testing.T, tpl template) map[string][]string {
	t.Helper()
	groups := map[string][]string{}
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" || r.Condition != "" {
			continue
		}
		size, _ := r.Properties["MemorySize"].(map[string]any)
		memory, _ := size["Ref"].(string)
		group := groupOf[memory]
		if group == "" {
			t.Errorf("%s has the memory %v, which is of no group of alarms: give it a parameter of groupOf, or groupOf one more", id, r.Properties["MemorySize"])
			continue
		}
		groups[group] = append(groups[group], id)
	}
	return groups
}

// Every function except the sample is watched by one alarm of each kind, its group's.
func TestAlarmsOnFunctions(t *testing.T) {
	tpl := theTemplate(t)
	_, looksAt := theAlarms(t, tpl)
	watching := map[string]bool{} // alarms
	for group, functions := range watchedFunctions(t, tpl) {
		if len(functions) > 10 {
			t.Errorf("%d functions are in the group %s, and an alarm takes ten: give some a group of their own in groupOf, with an alarm of each kind",
				len(functions), group)
		}
		for kind, name := range onFunctions {
			id := group + kind + "Alarm"
			watching[id] = true
			seen := map[string]int{}
			for _, m := range looksAt[id] {
				function, _ := m.dimensions["FunctionName"].(map[string]any)["Ref"].(string)
				seen[function]++
				if m.name != name || !slices.Contains(functions, function) {
					t.Errorf("%s looks at %s of %s, want %s of %v", id, m.name, function, name, functions)
				}
			}
			for _, function := range functions {
				if seen[function] != 1 {
					t.Errorf("%s looks at %s %d times: add its metric %s to template.yaml's %s, once", id, function, seen[function], name, id)
				}
			}
		}
	}
	for id, metrics := range looksAt {
		if id == "OutboxLateAlarm" || id == "OutboxErrorsAlarm" { // TestStreamOfNotices has them
			continue
		}
		if !watching[id] && slices.ContainsFunc(metrics, func(m metric) bool { return m.namespace == "AWS/Lambda" }) {
			t.Errorf("%s is of no group and kind of functions", id)
		}
	}
}

// Any alarm on a function during its release rolls the release back.
func TestAlarmsOnFunctionsBringReleasesBack(t *testing.T) {
	tpl := theTemplate(t)
	want := []any{ref("InternalFailuresAlarm")}
	for group := range watchedFunctions(t, tpl) {
		for kind := range onFunctions {
			want = append(want, ref(group+kind+"Alarm"))
		}
	}
	alarms, _ := tpl.Globals.Function.DeploymentPreference["Alarms"].(map[string]any)["Fn::If"].([]any)
	if len(alarms) != 3 {
		t.Fatalf("the alarms are %v", alarms)
	}
	if back, _ := alarms[1].([]any); !sameElements(back, want) {
		t.Errorf("releases are brought back by %v, want %v", alarms[1], want)
	}
}

// A call counts as slow when it has used up most of its time, before it is cut off.
func TestSlowIsNearTheTimeout(t *testing.T) {
	tpl := theTemplate(t)
	alarms, _ := theAlarms(t, tpl)
	timeout := 1000 * float64(tpl.Globals.Function.Timeout)
	for group := range watchedFunctions(t, tpl) {
		slow, ok := alarms[group+"SlowAlarm"]
		if !ok {
			t.Fatalf("there is no %sSlowAlarm", group)
		}
		if slow.Threshold < 0.7*timeout || slow.Threshold > 0.9*timeout {
			t.Errorf("in %s slow is %v ms of %v", group, slow.Threshold, timeout)
		}
		for _, q := range slow.Metrics[1:] {
			if q.MetricStat.Stat != "p99" {
				t.Errorf("in %s slow is judged by %s of %s", group, q.MetricStat.Stat, q.ID)
			}
		}
	}
}
