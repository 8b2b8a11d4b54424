//go:build sam

package contract_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// call evaluates one of CloudFormation's functions.
func (e evaluation) call(function string, argument any) (any, error) {
	list, _ := argument.([]any)
	text, isText := argument.(string)
	switch {
	case function == "Ref" && text == "AWS::NoValue":
		return noValue{}, nil
	case function == "Ref":
		return e.ref(text)
	case function == "Fn::GetAtt" && isText:
		id, attribute, _ := strings.Cut(text, ".")
		return e.attribute(id, attribute)
	case function == "Fn::GetAtt" && len(list) == 2:
		return e.attribute(fmt.Sprint(list[0]), fmt.Sprint(list[1]))
	case function == "Fn::Sub" && isText:
		return e.sub(text, nil)
	case function == "Fn::Sub" && len(list) == 2:
		return e.sub(fmt.Sprint(list[0]), object(list[1]))
	case function == "Fn::Split" && len(list) == 2:
		return e.split(list[0], list[1])
	case function == "Fn::Select" && len(list) == 2:
		return e.choose(list[0], list[1])
	case function == "Fn::If" && len(list) == 3:
		name, _ := list[0].(string)
		holds, known := e.stack.conditions[name]
		switch {
		case !known:
			return nil, fmt.Errorf("there is no condition %v", list[0])
		case holds:
			return e.value(list[1])
		}
		return e.value(list[2])
	}
	return nil, fmt.Errorf("it does not understand %s of %v", function, argument)
}

// split evaluates Fn::Split.
func (e evaluation) split(delimiter, source any) (any, error) {
	text, err := e.text(source)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for _, part := range strings.Split(text, fmt.Sprint(delimiter)) {
		parts = append(parts, part)
	}
	return parts, nil
}

// choose evaluates Fn::Select.
func (e evaluation) choose(index, from any) (any, error) {
	value, err := e.value(from)
	if err != nil {
		return nil, err
	}
	list, _ := value.([]any)
	i, err := strconv.Atoi(fmt.Sprint(index))
	if err != nil || i < 0 || i >= len(list) {
		return nil, fmt.Errorf("there is no part %v of %v", index, value)
	}
	return list[i], nil
}

// text evaluates a part that must be a string.
func (e evaluation) text(part any) (string, error) {
	value, err := e.value(part)
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%v is no text", value)
	}
	return text, nil
}

var variable = regexp.MustCompile(`\$\{[^}]+\}`)

func (e evaluation) sub(text string, own map[string]any) (string, error) {
	var failed error
	out := variable.ReplaceAllStringFunc(text, func(found string) string {
		name := strings.Trim(found, "${}")
		if strings.HasPrefix(name, "!") {
			return "${" + name[1:] + "}"
		}
		var value string
		var err error
		switch id, attribute, dotted := strings.Cut(name, "."); {
		case own[name] != nil:
			value, err = e.text(own[name])
		case dotted:
			value, err = e.attribute(id, attribute)
		default:
			value, err = e.ref(name)
		}
		if err != nil {
			failed = err
		}
		return value
	})
	return out, failed
}
