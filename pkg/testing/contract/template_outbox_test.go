package contract_test

import (
	"encoding/json"
	"reflect"
	"testing"
)

// Nothing that the stream of notices tells is given up: each record is tried until the stream forgets it, a part of a batch that is
// refused is sent again, and those that tell of nothing call no function. An alarm begins after an hour of a day.
func TestStreamOfNotices(t *testing.T) {
	tpl := theTemplate(t)
	function := tpl.Resources["OutboxFunction"]
	var stream struct {
		Events map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	into(t, function.Properties, &stream)
	if function.Condition != "HasEventBus" || len(stream.Events) != 1 || stream.Events["Stream"].Type != "DynamoDB" {
		t.Fatalf("the function is %+v", function)
	}
	properties := stream.Events["Stream"].Properties
	for name, want := range map[string]any{
		"Stream": map[string]any{"Fn::GetAtt": "OutboxTable.StreamArn"}, "StartingPosition": "TRIM_HORIZON", "ParallelizationFactor": 1.0,
		"MaximumRetryAttempts": -1.0, "BisectBatchOnFunctionError": true, "FunctionResponseTypes": []any{"ReportBatchItemFailures"},
	} {
		if got := properties[name]; !reflect.DeepEqual(normal(t, got), normal(t, want)) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if _, limited := properties["MaximumRecordAgeInSeconds"]; limited {
		t.Error("records are given up by their age")
	}
	var filter struct {
		FilterCriteria struct{ Filters []struct{ Pattern string } }
	}
	into(t, properties, &filter)
	if f := filter.FilterCriteria.Filters; len(f) != 1 || f[0].Pattern != `{"dynamodb":{"NewImage":{"since":{"N":[{"exists":true}]}}}}` {
		t.Errorf("the filter is %+v", f)
	}
	_, looksAt := theAlarms(t, tpl)
	for id, name := range map[string]string{"OutboxLateAlarm": "IteratorAge", "OutboxErrorsAlarm": "Errors"} {
		watched := looksAt[id]
		if len(watched) != 1 || watched[0].name != name || !reflect.DeepEqual(watched[0].dimensions["FunctionName"], ref("OutboxFunction")) {
			t.Errorf("%s looks at %+v", id, watched)
		}
		if tpl.Resources[id].Condition != "HasEventBus" {
			t.Errorf("%s is there without a bus", id)
		}
	}
	if alarms, _ := theAlarms(t, tpl); alarms["OutboxLateAlarm"].Threshold != 3_600_000 {
		t.Errorf("late is %v ms", alarms["OutboxLateAlarm"].Threshold)
	}
}

// normal is a value as JSON has it, so that numbers compare.
func normal(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var same any
	if err := json.Unmarshal(text, &same); err != nil {
		t.Fatal(err)
	}
	return same
}
