package iamtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// evaluation computes the values of parts of a template, as CloudFormation's functions do when some conditions hold.
type evaluation struct {
	template *Template
	hold     []string
}

// none is what AWS::NoValue makes of a member.
type none struct{}

// into decodes the properties of a resource. A property unknown to target could allow or refuse something, so it is an
// error.
func (e evaluation) into(id string, target any) error {
	properties := e.template.resources[id].Properties
	value, err := e.of(&properties)
	if err != nil {
		return fmt.Errorf("iamtest: %s: %w", id, err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("iamtest: %s: %w", id, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		return fmt.Errorf("iamtest: %s: %w", id, err)
	}
	return nil
}

// of returns the value of a node: a string, a list or a map.
func (e evaluation) of(n *yaml.Node) (any, error) {
	switch {
	case n.Tag == "!Ref" && n.Value == "AWS::NoValue":
		return none{}, nil
	case n.Tag == "!Ref":
		return e.nameOf(n.Value)
	case n.Tag == "!GetAtt" && strings.HasSuffix(n.Value, ".Arn"):
		return e.arnOf(strings.TrimSuffix(n.Value, ".Arn"))
	case n.Tag == "!GetAtt" && strings.HasSuffix(n.Value, ".StreamArn"):
		return e.streamOf(strings.TrimSuffix(n.Value, ".StreamArn"))
	case n.Tag == "!Sub" && n.Kind == yaml.ScalarNode:
		return e.sub(n.Value)
	case n.Tag == "!If" && len(n.Content) == 3:
		if slices.Contains(e.hold, n.Content[0].Value) {
			return e.of(n.Content[1])
		}
		return e.of(n.Content[2])
	case !strings.HasPrefix(n.Tag, "!!"):
		return nil, fmt.Errorf("line %d: %s is not supported", n.Line, n.Tag)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return e.mapOf(n)
	case yaml.SequenceNode:
		return e.listOf(n)
	case yaml.ScalarNode:
		return n.Value, nil
	}
	return nil, fmt.Errorf("line %d: an alias is not supported", n.Line)
}

// variable is one of Sub's.
var variable = regexp.MustCompile(`\$\{([^}]+)\}`)

// pseudo are the pseudo parameters that a policy may name.
var pseudo = map[string]string{"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "000000000000"}

// sub is what Sub makes of a text.
func (e evaluation) sub(text string) (out string, err error) {
	out = variable.ReplaceAllStringFunc(text, func(v string) string {
		name := v[2 : len(v)-1]
		value, known := pseudo[name]
		var failed error
		if id, ok := strings.CutSuffix(name, ".Arn"); ok {
			value, failed = e.arnOf(id)
		} else if !known {
			value, failed = e.nameOf(name)
		}
		err = errors.Join(err, failed)
		return value
	})
	return out, err
}

func (e evaluation) mapOf(n *yaml.Node) (map[string]any, error) {
	all := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		value, err := e.of(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		if value != (none{}) {
			all[n.Content[i].Value] = value
		}
	}
	return all, nil
}

func (e evaluation) listOf(n *yaml.Node) ([]any, error) {
	all := []any{}
	for _, item := range n.Content {
		value, err := e.of(item)
		if err != nil {
			return nil, err
		}
		if value != (none{}) {
			all = append(all, value)
		}
	}
	return all, nil
}

// nameOf is what Ref returns; for a secret, its ARN.
func (e evaluation) nameOf(id string) (string, error) {
	if _, ok := e.template.parameters[id]; ok {
		return ParameterValue(id), nil
	}
	r, ok := e.template.resources[id]
	switch {
	case !ok:
		return "", fmt.Errorf("there is no resource %s", id)
	case r.Type == "AWS::SecretsManager::Secret":
		return SecretARN(id), nil
	}
	return id, nil
}

// arnOf is what GetAtt returns as Arn.
func (e evaluation) arnOf(id string) (string, error) {
	switch kind := e.template.resources[id].Type; kind {
	case "AWS::DynamoDB::Table":
		return tableARN + id, nil
	case "AWS::Logs::LogGroup":
		return LogGroupARN(id), nil
	default:
		return "", fmt.Errorf("the ARN of %s, of type %q, is unknown", id, kind)
	}
}

// streamOf is what GetAtt returns as StreamArn.
func (e evaluation) streamOf(id string) (string, error) {
	if kind := e.template.resources[id].Type; kind != "AWS::DynamoDB::Table" {
		return "", fmt.Errorf("the stream of %s, of type %q, is unknown", id, kind)
	}
	return StreamARN(id), nil
}
