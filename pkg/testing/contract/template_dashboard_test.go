package contract_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The dashboard shows metrics that exist, and every alarm. Its name must be unique in the
// account, across Regions.
func TestDashboard(t *testing.T) {
	tpl := theTemplate(t)
	if name := tpl.Resources["Dashboard"].Properties["DashboardName"]; !reflect.DeepEqual(name, map[string]any{"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}) {
		t.Errorf("the dashboard is named %v", name)
	}
	text, _ := tpl.Resources["Dashboard"].Properties["DashboardBody"].(map[string]any)["Fn::Sub"].(string)
	var body struct {
		Widgets []struct {
			Type       string
			Properties struct {
				Title, Region string
				Alarms        []string
				Metrics       [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatalf("the dashboard is not JSON: %v", err)
	}
	alarms, _ := theAlarms(t, tpl)
	shown, seen := []string{}, map[string]bool{}
	for _, w := range body.Widgets {
		for _, arn := range w.Properties.Alarms {
			shown = append(shown, strings.TrimSuffix(strings.TrimPrefix(arn, "${"), ".Arn}"))
		}
		if w.Type == "metric" && w.Properties.Region != "${AWS::Region}" {
			t.Errorf("%s is of %s", w.Properties.Title, w.Properties.Region)
		}
		for _, row := range w.Properties.Metrics {
			if search, ok := row[0].(map[string]any); ok {
				want := `SEARCH('{wxbind,Stack,Error} MetricName="LoginFailures" Stack="${AWS::StackName}"', 'Sum', 300)`
				if search["expression"] != want {
					t.Errorf("%s looks for %v, want %s", w.Properties.Title, search, want)
				}
				continue
			}
			m := metric{row[0].(string), row[1].(string), map[string]any{row[2].(string): ref(strings.Trim(row[3].(string), "${}"))}}
			if err := m.check(tpl.kindOf); err != nil {
				t.Errorf("%s: %v", w.Properties.Title, err)
			}
			seen[m.namespace+" "+m.name] = true
		}
	}
	slices.Sort(shown)
	for id := range alarms {
		if tpl.Resources[id].Condition != "" { // a dashboard cannot name what may not be there
			delete(alarms, id)
		}
	}
	for id := range alarms {
		if _, ok := slices.BinarySearch(shown, id); !ok {
			t.Errorf("the dashboard does not show %s", id)
		}
	}
	if len(shown) != len(alarms) {
		t.Errorf("the dashboard shows %v", shown)
	}
	for _, name := range ofOurs {
		if !seen["wxbind "+name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
