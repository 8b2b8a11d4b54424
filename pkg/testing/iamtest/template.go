package iamtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Template is the part of a SAM template that concerns roles.
type Template struct {
	resources  map[string]resource
	parameters map[string]yaml.Node
}

type resource struct {
	Type string `yaml:"Type"`
	// Condition is the one under which the resource exists, "" for always.
	Condition  string    `yaml:"Condition"`
	Properties yaml.Node `yaml:"Properties"`
}

// Role is the role of a function.
type Role struct {
	// Trust is the document that says who may assume the role, as compact JSON.
	Trust  string
	Policy Policy
}

// Read reads a template.
func Read(path string) (*Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(text)
}

func parse(text []byte) (*Template, error) {
	var document struct {
		Resources  map[string]resource  `yaml:"Resources"`
		Parameters map[string]yaml.Node `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("iamtest: the template: %w", err)
	}
	return &Template{document.Resources, document.Parameters}, nil
}

// Functions returns the logical ids of the functions, sorted.
func (t *Template) Functions() []string {
	var ids []string
	for id, r := range t.resources {
		if r.Type == "AWS::Serverless::Function" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Role returns the role of a function when these conditions hold. It must be a role of the template, with policies that
// are inline or refer to it.
func (t *Template) Role(function string, hold ...string) (Role, error) {
	var properties struct {
		Role yaml.Node `yaml:"Role"`
	}
	f, ok := t.resources[function]
	if !ok || f.Type != "AWS::Serverless::Function" {
		return Role{}, fmt.Errorf("iamtest: no function %s", function)
	}
	if err := f.Properties.Decode(&properties); err != nil {
		return Role{}, fmt.Errorf("iamtest: %s: %w", function, err)
	}
	id, ok := strings.CutSuffix(properties.Role.Value, ".Arn")
	if properties.Role.Tag != "!GetAtt" || !ok || t.resources[id].Type != "AWS::IAM::Role" {
		return Role{}, fmt.Errorf("iamtest: %s has no role of the template's own", function)
	}
	in := evaluation{t, hold}
	var role struct {
		AssumeRolePolicyDocument json.RawMessage
		Policies                 []policy
	}
	if err := in.into(id, &role); err != nil {
		return Role{}, err
	}
	for _, other := range slices.Sorted(maps.Keys(t.resources)) {
		r := t.resources[other]
		if r.Condition != "" && !slices.Contains(hold, r.Condition) {
			continue
		}
		switch r.Type {
		case "AWS::IAM::Policy":
			var attached struct {
				policy
				Roles []string
			}
			if err := in.into(other, &attached); err != nil {
				return Role{}, err
			}
			if slices.Contains(attached.Roles, id) {
				role.Policies = append(role.Policies, attached.policy)
			}
		case "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy":
			return Role{}, fmt.Errorf("iamtest: a resource of type %s is not supported", r.Type)
		}
	}
	out := Role{Trust: string(role.AssumeRolePolicyDocument)}
	for _, p := range role.Policies {
		for _, s := range p.PolicyDocument.Statement {
			if err := s.check(); err != nil {
				return Role{}, err
			}
			out.Policy = append(out.Policy, s)
		}
	}
	return out, nil
}

// policy is a policy as written in a template.
type policy struct {
	PolicyName     string
	PolicyDocument struct {
		Version   string
		Statement []Statement
	}
}
