package contract_test

import (
	"fmt"
	"strings"
	"testing"
)

// openapi.yaml has each list of values once. Lists of `error` are in the schema of a family, to
// which the responses refer.
func TestListsAreSaidOnce(t *testing.T) {
	var document any
	decodeYAML(t, "openapi.yaml", &document)
	said, referred := map[string]string{}, map[string]bool{}
	walk("", document, func(path string, value any) {
		if list, ok := value.([]any); ok && strings.HasSuffix(path, ".enum") {
			if before := said[fmt.Sprint(list)]; before != "" {
				t.Errorf("%s lists the same as %s: name it in a schema of components, and refer to that", path, before)
			}
			said[fmt.Sprint(list)] = path
			if strings.HasSuffix(path, errorEnum) && !strings.HasPrefix(path, ".components.schemas.") {
				t.Errorf("%s lists errors: name them in a schema of components, a family of errors, and refer to that", path)
			}
		}
		if ref, ok := value.(string); ok && strings.HasSuffix(path, ".$ref") {
			referred[ref] = true
		}
	})
	a := theAPI(t)
	for name := range a.Components.Schemas {
		ref := "#/components/schemas/" + name
		if _, ok := a.family(ref); ok && !referred[ref] {
			t.Errorf("no response refers to the errors of %s", name)
		}
	}
}
