package iamtest

import (
	"reflect"
	"testing"
)

var (
	readA  = Access{Action: "dynamodb:GetItem", Resource: "table/A"}
	writeA = Access{Action: "dynamodb:PutItem", Resource: "table/A"}
	readB  = Access{Action: "dynamodb:GetItem", Resource: "table/B"}
)

func of(effect string, actions OneOrMore, resources ...string) Statement {
	return Statement{Effect: effect, Action: actions, Resource: resources}
}

func TestAllows(t *testing.T) {
	statement := func(effect, action, resource string) Policy {
		return Policy{of(effect, OneOrMore{"x:Y", action}, "z", resource)}
	}
	for name, c := range map[string]struct {
		policy Policy
		want   bool
	}{
		"nothing":                      {nil, false},
		"the access":                   {statement("Allow", "dynamodb:GetItem", "table/A"), true},
		"the action in other cases":    {statement("Allow", "DynamoDB:getitem", "table/A"), true},
		"the resource in other cases":  {statement("Allow", "dynamodb:GetItem", "TABLE/A"), false},
		"another action":               {statement("Allow", "dynamodb:PutItem", "table/A"), false},
		"another resource":             {statement("Allow", "dynamodb:GetItem", "table/B"), false},
		"only a part of the action":    {statement("Allow", "dynamodb:Get", "table/A"), false},
		"only a part of the resource":  {statement("Allow", "dynamodb:GetItem", "able/A"), false},
		"a wildcard in the action":     {statement("Allow", "dynamodb:Get*", "table/A"), true},
		"a wildcard of one letter":     {statement("Allow", "dynamodb:GetItem", "table/?"), true},
		"a wildcard that does not fit": {statement("Allow", "dynamodb:GetItem", "table/A?"), false},
		"a dot is no wildcard":         {statement("Allow", "dynamodb:GetItem", "table.A"), false},
		"everything":                   {statement("Allow", "*", "*"), true},
		"everything, and a denial":     {append(statement("Allow", "*", "*"), statement("Deny", "dynamodb:GetItem", "*")...), false},
		"a denial of something else":   {append(statement("Allow", "*", "*"), statement("Deny", "dynamodb:PutItem", "*")...), true},
		"a denial alone":               {statement("Deny", "dynamodb:PutItem", "*"), false},
		"action and resource, but apart": {Policy{
			of("Allow", OneOrMore{"dynamodb:GetItem"}, "table/B"), of("Allow", OneOrMore{"dynamodb:PutItem"}, "table/A"),
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.policy.Allows(readA); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// Each grant, each statement and each resource is removed once, and nothing else with it.
func TestReductions(t *testing.T) {
	p := Policy{
		of("Allow", OneOrMore{"dynamodb:GetItem", "dynamodb:PutItem"}, "table/A"),
		of("Allow", OneOrMore{"dynamodb:GetItem"}, "table/B"),
		of("Deny", OneOrMore{"dynamodb:GetItem"}, "table/C"),
	}
	all := []Access{readA, writeA, readB}
	if got := p.Grants(); !reflect.DeepEqual(got, all) {
		t.Fatalf("the grants are %v", got)
	}
	lost := map[string][]Access{}
	for _, r := range p.Reductions() {
		lost[r.Name] = r.Lost
		gone := map[Access]bool{}
		for _, a := range r.Lost {
			gone[a] = true
		}
		for _, a := range all {
			if r.Policy.Allows(a) == gone[a] {
				t.Errorf("without %s, %v: %v", r.Name, a, !gone[a])
			}
		}
		if !r.Policy.has(deny, []Access{{Action: "dynamodb:GetItem", Resource: "table/C"}}) {
			t.Errorf("without %s, what was denied is not", r.Name)
		}
	}
	if want := map[string][]Access{
		"dynamodb:GetItem on table/A": {readA}, "dynamodb:PutItem on table/A": {writeA}, "dynamodb:GetItem on table/B": {readB},
		"statement 1": {readA, writeA},
	}; !reflect.DeepEqual(lost, want) {
		t.Errorf("taken away are %v", lost)
	}
}
