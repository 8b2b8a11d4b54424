package contract_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/testing/openapitest"
)

// api is the part of openapi.yaml that the tests read themselves.
type api struct {
	Info  struct{ Description string }
	Paths map[string]map[string]struct {
		Responses map[string]response
		Security  []map[string][]string
	}
	Components struct {
		Responses map[string]response
		Schemas   map[string]any
		Examples  map[string]struct{ Value map[string]any }
	}
}

type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct {
		Schema   any
		Examples map[string]struct {
			Ref   string `json:"$ref"`
			Value map[string]any
		}
	}
}

func theAPI(t *testing.T) api {
	t.Helper()
	var a api
	decodeYAML(t, "openapi.yaml", &a)
	return a
}

// responseOf follows a reference to a response.
func (a api) responseOf(r response) response {
	if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		return a.Components.Responses[name]
	}
	return r
}

// errorsOf returns the values that a response documents for `error`, itself or in the schemas
// that it refers to.
func (a api) errorsOf(r response) []string {
	var names []string
	var collect func(schema any)
	collect = func(schema any) {
		walk("", schema, func(path string, value any) {
			if list, ok := value.([]any); ok && strings.HasSuffix(path, errorEnum) {
				for _, name := range list {
					names = append(names, name.(string))
				}
			}
			if family, ok := a.family(value); ok && strings.HasSuffix(path, ".$ref") {
				collect(family)
			}
		})
	}
	for _, content := range a.responseOf(r).Content {
		collect(content.Schema)
	}
	return names
}

// errorEnum is the end of the path of a list of errors in a schema.
const errorEnum = ".properties.error.enum"

// family returns the schema of a family of errors, if ref refers to one.
func (a api) family(ref any) (schema any, ok bool) {
	text, _ := ref.(string)
	name, _ := strings.CutPrefix(text, "#/components/schemas/")
	walk("", a.Components.Schemas[name], func(path string, _ any) { ok = ok || strings.HasSuffix(path, errorEnum) })
	return a.Components.Schemas[name], ok
}

// validators check messages against openapi.yaml. Requests may have unknown fields, which
// are ignored. Answers may not.
type validators struct{ requests, answers openapitest.Contract }

// shared keeps the validators: reading openapi.yaml takes a second.
var shared struct {
	sync.Mutex
	*validators
}

func theValidators(t *testing.T) validators {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.validators == nil {
		v := readValidators(t)
		shared.validators = &v
	}
	return *shared.validators
}

func readValidators(t *testing.T) validators {
	t.Helper()
	var document any
	decodeYAML(t, "openapi.yaml", &document)
	v := validators{requests: newValidator(t, document)}
	walk("", document, func(path string, value any) {
		if schema, ok := value.(map[string]any); ok && closed.MatchString(path) {
			schema["unevaluatedProperties"] = false
		}
	})
	v.answers = newValidator(t, document)
	return v
}

// closed matches the schemas of answers and of what is nested in them.
var closed = regexp.MustCompile(`\.responses\..*\.schema$|^\.components\.schemas\.(UserInfo|Menu|ListedSession|Exported[A-Z][a-z]+)$`)

func newValidator(t *testing.T, document any) openapitest.Contract {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return openapitest.New(t, text)
}

func (v validators) request(r *http.Request) string { return v.requests.Request(r) }

func (v validators) answer(r *http.Request, a *http.Response) string { return v.answers.Answer(r, a) }
