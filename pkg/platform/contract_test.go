//go:build !race

package platform_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/errors"
)

// contract is openapi.yaml.
type contract struct{ validator.Validator }

func theContract(t *testing.T) contract {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, errs := v.ValidateDocument(); !ok {
		t.Fatalf("openapi.yaml is no OpenAPI: %s", explain(errs))
	}
	return contract{v}
}

// request says what openapi.yaml refuses of a request.
func (c contract) request(r *http.Request) string {
	ok, errs := c.ValidateHttpRequestSync(r)
	if ok {
		return ""
	}
	return explain(errs)
}

// answer says what openapi.yaml refuses of an answer.
func (c contract) answer(r *http.Request, a *http.Response) string {
	ok, errs := c.ValidateHttpResponse(r, a)
	if ok {
		return ""
	}
	return explain(errs)
}

func explain(errs []*errors.ValidationError) string {
	var lines []string
	for _, err := range errs {
		lines = append(lines, err.Message+": "+err.Reason)
		for _, s := range err.SchemaValidationErrors {
			lines = append(lines, "  "+s.FieldPath+": "+s.Reason)
		}
	}
	return strings.Join(lines, "\n")
}
