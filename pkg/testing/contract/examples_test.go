package contract_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// The examples of answers are valid answers, and the failures in them are ours.
func TestExamples(t *testing.T) {
	v, a := theValidators(t), theAPI(t)
	for path, methods := range a.Paths {
		for method, operation := range methods {
			for status, response := range operation.Responses {
				for name, example := range a.responseOf(response).Content["application/json"].Examples {
					value := example.Value
					if shared, ok := strings.CutPrefix(example.Ref, "#/components/examples/"); ok {
						value = a.Components.Examples[shared].Value
					}
					checkExample(t, v, strings.ToUpper(method)+" "+path, status, name, value)
				}
			}
		}
	}
}

func checkExample(t *testing.T, v validators, route, status, name string, value map[string]any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(status)
	if err != nil {
		number = http.StatusNotFound // of `default`
	}
	answer := &http.Response{StatusCode: number, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(text)))}
	method, path, _ := strings.Cut(route, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, strings.NewReplacer("{id}", "1", "{appId}", "1").Replace(path)+"?code=alice-1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := v.answer(request, answer); wrong != "" {
		t.Errorf("%s, %s, %s: %s", route, status, name, wrong)
	}
	code, failed := value["error"].(string)
	if !failed {
		return
	}
	if c := login.Code(code); value["action"] != string(c.Action()) || value["msg"] != c.Message("") {
		t.Errorf("%s, %s, %s: want the action %s and the message %s", route, status, name, c.Action(), c.Message(""))
	}
}

var row = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `([a-z]+)` \\|")

// The table at the top of openapi.yaml names every error of the routes once, with its action.
func TestTableOfErrors(t *testing.T) {
	a := theAPI(t)
	listed := map[string]string{}
	for _, match := range row.FindAllStringSubmatch(a.Info.Description, -1) {
		if _, twice := listed[match[1]]; twice {
			t.Errorf("%s stands twice", match[1])
		}
		listed[match[1]] = match[2]
	}
	used := map[string]bool{}
	for _, methods := range a.Paths {
		for _, operation := range methods {
			for _, response := range operation.Responses {
				for _, name := range a.errorsOf(response) {
					used[name] = true
					if action := string(login.Code(name).Action()); listed[name] != action {
						t.Errorf("%s is listed with the action %q, and has %q", name, listed[name], action)
					}
				}
			}
		}
	}
	for name := range listed {
		if !used[name] {
			t.Errorf("%s is listed, and no route gives it", name)
		}
	}
}
