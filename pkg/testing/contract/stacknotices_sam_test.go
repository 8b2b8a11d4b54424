//go:build sam

package contract_test

import (
	"reflect"
	"strings"

	"github.com/wxbind/wxbind/pkg/app"
)

// stream is the ARN of the stream of notices.
func (s *stack) stream() string { return s.arn("dynamodb", "table/OutboxTable/stream/1") }

// bus is the ARN of the event bus, whichever form the parameter has.
func (s *stack) bus() string {
	name := s.parameters["EventBus"]
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return s.arn("events", "event-bus/"+name)
}

// With an event bus the alias of one function is called for each notice that waits, and may put it on that bus and no other. Without
// one nothing is.
func checkNotices(s *stack, wrong func(string, ...any)) {
	mappings := s.of("AWS::Lambda::EventSourceMapping")
	if s.parameters["EventBus"] == "" {
		if len(mappings) > 0 {
			wrong("there are %v", mappings)
		}
		return
	}
	const id = "OutboxFunction"
	if len(mappings) != 1 || folderOf(id) != app.OutboxFunction {
		wrong("there are %v", mappings)
		return
	}
	want := map[string]any{
		"EventSourceArn": s.stream(), "FunctionName": s.arn("lambda", "function:"+id+":live"), "StartingPosition": "TRIM_HORIZON",
		"BatchSize": 50.0, "ParallelizationFactor": 1.0, "MaximumRetryAttempts": -1.0, "BisectBatchOnFunctionError": true,
		"FunctionResponseTypes": []any{"ReportBatchItemFailures"},
		"FilterCriteria":        map[string]any{"Filters": []any{map[string]any{"Pattern": `{"dynamodb":{"NewImage":{"since":{"N":[{"exists":true}]}}}}`}}},
	}
	if got := s.resources[mappings[0]].properties; !reflect.DeepEqual(got, want) {
		wrong("%s is called by %v, want %v", id, got, want)
	}
	var function struct {
		Environment struct{ Variables map[string]string }
	}
	if err := s.decode(id, &function); err != nil || function.Environment.Variables["WXBIND_EVENT_BUS"] != s.parameters["EventBus"] {
		wrong("%s tells %v, %v", id, function.Environment.Variables, err)
	}
	var role aRole
	if err := s.decode("OutboxRole", &role); err != nil || len(role.Policies) != 1 {
		wrong("its role is %+v, %v", role, err)
		return
	}
	puts := 0
	for _, statement := range role.Policies[0].PolicyDocument.Statement {
		if statement.Action == "events:PutEvents" && statement.Resource == s.bus() {
			puts++
		}
	}
	if puts != 1 {
		wrong("it may %+v, and not tell %s", role.Policies[0].PolicyDocument, s.bus())
	}
}
