//go:build sam

package contract_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	account   = "123456789012"
	stackName = "wxbind-test"
	stackUUID = "51af3dc0-da77-11e4-872e-1234567db123"
)

// stack is what CloudFormation makes from a template. No conditions and no functions are
// left in it. A reference to a resource is its logical id, or an ARN that contains it.
type stack struct {
	region, partition, suffix string
	parameters                map[string]string
	conditions                map[string]bool
	resources                 map[string]made
	outputs                   map[string]string
}

type made struct {
	kind, deletionPolicy, updateReplacePolicy string
	properties                                map[string]any
	updatePolicy                              any
}

// evaluation makes a stack from a template. Anything that it does not know is an error.
type evaluation struct {
	template translated
	stack    *stack
}

// noValue stands for AWS::NoValue.
type noValue struct{}

func evaluate(template translated, region string, given map[string]string) (*stack, error) {
	s := &stack{
		region: region, partition: "aws", suffix: "amazonaws.com", parameters: map[string]string{},
		conditions: map[string]bool{}, resources: map[string]made{}, outputs: map[string]string{},
	}
	if strings.HasPrefix(region, "cn-") {
		s.partition, s.suffix = "aws-cn", "amazonaws.com.cn"
	}
	e := evaluation{template, s}
	if err := e.takeParameters(given); err != nil {
		return nil, err
	}
	for name := range template.Conditions {
		holds, err := e.holds(map[string]any{"Condition": name})
		if err != nil {
			return nil, fmt.Errorf("condition %s: %w", name, err)
		}
		s.conditions[name] = holds
	}
	for name, rule := range template.Rules {
		for _, a := range rule.Assertions {
			holds, err := e.holds(a.Assert)
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", name, err)
			}
			if !holds {
				return nil, fmt.Errorf("the parameters break the rule %s", name)
			}
		}
	}
	for id, r := range template.Resources {
		if r.Condition != "" && !s.conditions[r.Condition] {
			continue
		}
		properties, err := e.value(r.Properties)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		update, err := e.value(r.UpdatePolicy)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		all, _ := properties.(map[string]any)
		s.resources[id] = made{r.Type, r.DeletionPolicy, r.UpdateReplacePolicy, all, update}
	}
	for name, o := range template.Outputs {
		if o.Condition != "" && !s.conditions[o.Condition] {
			continue
		}
		value, err := e.text(o.Value)
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
		s.outputs[name] = value
	}
	return s, nil
}

// takeParameters takes the given values, if the template allows them, and otherwise the
// defaults. All parameters are strings to CloudFormation.
func (e evaluation) takeParameters(given map[string]string) error {
	for name := range given {
		if _, ok := e.template.Parameters[name]; !ok {
			return fmt.Errorf("there is no parameter %s", name)
		}
	}
	for name, p := range e.template.Parameters {
		value, ok := given[name]
		if !ok {
			if p.Default == nil {
				return fmt.Errorf("parameter %s has no value", name)
			}
			value = fmt.Sprint(p.Default)
		}
		allowed := p.AllowedValues == nil || slices.ContainsFunc(p.AllowedValues, func(v any) bool { return fmt.Sprint(v) == value })
		if !allowed || !regexp.MustCompile(p.AllowedPattern).MatchString(value) {
			return fmt.Errorf("parameter %s must not be %q", name, value)
		}
		if p.Type == "Number" {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil || p.MinValue != nil && n < *p.MinValue || p.MaxValue != nil && n > *p.MaxValue {
				return fmt.Errorf("parameter %s must not be %q", name, value)
			}
		}
		e.stack.parameters[name] = value
	}
	return nil
}

// holds evaluates a condition.
func (e evaluation) holds(condition any) (bool, error) {
	for function, argument := range object(condition) {
		if name, ok := argument.(string); ok && function == "Condition" {
			inner, known := e.template.Conditions[name]
			if !known {
				return false, fmt.Errorf("there is no condition %s", name)
			}
			return e.holds(inner)
		}
		list, _ := argument.([]any)
		switch {
		case function == "Fn::Equals" && len(list) == 2:
			one, err := e.text(list[0])
			if err != nil {
				return false, err
			}
			other, err := e.text(list[1])
			return one == other, err
		case function == "Fn::Not" && len(list) == 1:
			inner, err := e.holds(list[0])
			return !inner, err
		case function == "Fn::And" || function == "Fn::Or":
			for _, part := range list {
				inner, err := e.holds(part)
				if err != nil || inner == (function == "Fn::Or") {
					return inner, err
				}
			}
			return function == "Fn::And", nil
		}
	}
	return false, fmt.Errorf("it is no condition: %v", condition)
}

func object(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

// value evaluates a part of a resource.
func (e evaluation) value(part any) (any, error) {
	switch v := part.(type) {
	case []any:
		list := []any{}
		for _, item := range v {
			value, err := e.value(item)
			if err != nil {
				return nil, err
			}
			if value != (noValue{}) {
				list = append(list, value)
			}
		}
		return list, nil
	case map[string]any:
		for name, argument := range v {
			if len(v) == 1 && (name == "Ref" || strings.HasPrefix(name, "Fn::")) {
				return e.call(name, argument)
			}
		}
		all := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			value, err := e.value(v[name])
			if err != nil {
				return nil, err
			}
			if value != (noValue{}) {
				all[name] = value
			}
		}
		return all, nil
	}
	return part, nil
}
