package dynamotest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// FailStatement answers a BatchExecuteStatement as if the statements whose text holds a part had failed with this code.
// The engine executes the others, and these too if executed is true.
func FailStatement(part, code string, executed bool) Fault {
	return func(x *Exchange) {
		type statement struct {
			Statement  string
			Parameters json.RawMessage
		}
		var request struct{ Statements []statement }
		if err := json.Unmarshal(x.body, &request); err != nil {
			panic(fmt.Sprintf("dynamotest: FailStatement: %s has no statements: %v", x.operation, err))
		}
		fails := func(s statement) bool { return strings.Contains(s.Statement, part) }
		asked := request.Statements
		if !executed {
			request.Statements = slices.DeleteFunc(slices.Clone(asked), fails)
		}
		var answer struct{ Responses []json.RawMessage }
		if len(request.Statements) > 0 && !x.ask(request, &answer) {
			return
		}
		failed := encode(map[string]any{"Error": map[string]string{"Code": code, "Message": "injected"}})
		for i, s := range asked {
			switch {
			case fails(s) && executed:
				answer.Responses[i] = failed
			case fails(s):
				answer.Responses = slices.Insert(answer.Responses, i, json.RawMessage(failed))
			}
		}
		x.answer(http.StatusOK, jsonHeader(), encode(answer))
	}
}
