// Package openapitest checks requests and answers against an OpenAPI document. Its validator takes minutes to
// compile, so it is kept out of what is built for the race detector.
package openapitest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi/datamodel"
)

// Contract is an OpenAPI document.
type Contract struct{ validator validator.Validator }

// New reads a document, in YAML or JSON, and fails the test if it is no OpenAPI.
func New(t *testing.T, text []byte) Contract {
	t.Helper()
	// A list that may hold its like, such as a menu's children, may be empty: that circle ends.
	document, err := libopenapi.NewDocumentWithConfiguration(text, &datamodel.DocumentConfiguration{IgnoreArrayCircularReferences: true})
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document, config.WithURLEncodedBodyValidation())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, errs := v.ValidateDocument(); !ok {
		t.Fatalf("openapi.yaml is no OpenAPI: %s", explain(errs))
	}
	return Contract{v}
}

// Request says what the document refuses of a request, or "".
func (c Contract) Request(r *http.Request) string {
	if ok, errs := c.validator.ValidateHttpRequestSync(r); !ok {
		return explain(errs)
	}
	return ""
}

// Answer says what the document refuses of an answer, or "".
func (c Contract) Answer(r *http.Request, a *http.Response) string {
	if ok, errs := c.validator.ValidateHttpResponse(r, a); !ok {
		return explain(errs)
	}
	return ""
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
