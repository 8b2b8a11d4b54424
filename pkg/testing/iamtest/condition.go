package iamtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Conditions are the conditions of a statement: by their operators, the values of a key of the request. All must hold.
//
// Supported are ForAllValues:StringLike and ForAllValues:StringEquals of dynamodb:LeadingKeys, the partition keys that a
// request names, and StringLike of kms:ViaService, which no request that a Guard sees has.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
type Conditions map[string]map[string]OneOrMore

const (
	allLike     = "ForAllValues:StringLike"
	allEqual    = "ForAllValues:StringEquals"
	like        = "StringLike"
	leadingKeys = "dynamodb:LeadingKeys"
	viaService  = "kms:ViaService"
)

// check refuses conditions that hold would misread.
func (c Conditions) check() error {
	for operator, keys := range c {
		for key, values := range keys {
			known := (operator == allLike || operator == allEqual) && key == leadingKeys || operator == like && key == viaService
			// A value with ${…} stands for something of the request.
			if !known || len(values) == 0 || len(c) != 1 || slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "${") }) {
				return fmt.Errorf("iamtest: the condition %s of %s: %v is not supported", operator, key, values)
			}
		}
	}
	return nil
}

// hold reports whether the conditions hold for the accesses of one request. ForAllValues holds if each of the request's
// values matches one of the condition's. So it holds for a request without any, such as a scan. An operator without
// ForAllValues does not hold for a key that the request lacks.
func (c Conditions) hold(all []Access) bool {
	for operator, keys := range c {
		for _, values := range keys {
			for _, a := range all {
				switch {
				case operator == like:
					return false
				case a.Key == "":
				case operator == allEqual && !slices.Contains(values, a.Key), operator == allLike && !matches(values, a.Key, ""):
					return false
				}
			}
		}
	}
	return true
}

// keys returns the patterns of dynamodb:LeadingKeys, none without such a condition.
func (c Conditions) keys() OneOrMore {
	for _, operator := range []string{allLike, allEqual} {
		if values := c[operator][leadingKeys]; len(values) > 0 {
			return values
		}
	}
	return nil
}

// only returns the conditions with these of their keys.
func (c Conditions) only(keys OneOrMore) Conditions {
	if len(c.keys()) == 0 {
		return c
	}
	reduced := maps.Clone(c)
	for operator := range reduced {
		reduced[operator] = map[string]OneOrMore{leadingKeys: keys}
	}
	return reduced
}
