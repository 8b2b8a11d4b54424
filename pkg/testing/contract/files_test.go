package contract_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// root is the project's folder.
const root = "../../.."

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// decodeYAML reads a YAML file into a value whose fields are tagged as for JSON.
// CloudFormation's short tags become the functions that they stand for: !Ref X is
// {"Ref": "X"}, !GetAtt A.B is {"Fn::GetAtt": "A.B"}.
func decodeYAML(t *testing.T, name string, into any) {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(read(t, name), &document); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	value, err := valueOf(&document)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func valueOf(n *yaml.Node) (value any, err error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return valueOf(n.Content[0])
	case yaml.MappingNode:
		value, err = mapOf(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			if list[i], err = valueOf(item); err != nil {
				return nil, err
			}
		}
		value = list
	case yaml.ScalarNode:
		if strings.HasPrefix(n.Tag, "!!") {
			err = n.Decode(&value)
		} else {
			value = n.Value
		}
	default:
		err = fmt.Errorf("line %d: an alias", n.Line)
	}
	switch {
	case err != nil:
		return nil, err
	case n.Tag == "!Ref":
		return map[string]any{"Ref": value}, nil
	case strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!"):
		return map[string]any{"Fn::" + n.Tag[1:]: value}, nil
	}
	return value, nil
}

func mapOf(n *yaml.Node) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if _, twice := m[key]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", n.Content[i].Line, key)
		}
		value, err := valueOf(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		m[key] = value
	}
	return m, nil
}

// walk visits a decoded value and everything in it. A path is like
// "Resources.Api.Type".
func walk(path string, value any, visit func(path string, value any)) {
	visit(path, value)
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			walk(path+"."+name, inner, visit)
		}
	case []any:
		for i, inner := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), inner, visit)
		}
	}
}
