package iamtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Policy is what a role may do. What no statement allows, or any denies, is refused.
type Policy []Statement

// Statement allows or denies each of its actions on each of its resources, if its conditions hold. Both may contain the
// wildcards "*" and "?".
type Statement struct {
	Effect           string
	Action, Resource OneOrMore
	Condition        Conditions
}

// OneOrMore is a list that JSON may also write as its only element.
type OneOrMore []string

// UnmarshalJSON implements json.Unmarshaler.
func (o *OneOrMore) UnmarshalJSON(text []byte) error {
	if one := ""; json.Unmarshal(text, &one) == nil {
		*o = OneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// The effects of a statement.
const (
	allow = "Allow"
	deny  = "Deny"
)

// check refuses a statement that Allows would misread.
func (s Statement) check() error {
	if s.Effect != allow && s.Effect != deny || len(s.Action) == 0 || len(s.Resource) == 0 {
		return fmt.Errorf("iamtest: the statement %+v is not supported", s)
	}
	return s.Condition.check()
}

// Allows reports whether the policy allows accesses of the same action and resource, which are one decision of IAM: all
// keys of a batch must be allowed by the same statement.
func (p Policy) Allows(all ...Access) bool {
	return p.has(allow, all) && !p.has(deny, all)
}

func (p Policy) has(effect string, all []Access) bool {
	return slices.ContainsFunc(p, func(s Statement) bool {
		// Actions ignore case.
		return s.Effect == effect && matches(s.Action, all[0].Action, "(?i)") && matches(s.Resource, all[0].Resource, "") &&
			s.Condition.hold(all)
	})
}

var wildcards = strings.NewReplacer(`\*`, `.*`, `\?`, `.`)

// matches reports whether one of the patterns, read with these flags, matches text.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func matches(patterns []string, text, flags string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return regexp.MustCompile(flags + `^` + wildcards.Replace(regexp.QuoteMeta(pattern)) + `$`).MatchString(text)
	})
}

// Grants returns what the policy's statements allow, each action, resource and pattern of keys by itself.
func (p Policy) Grants() []Access {
	var all []Access
	for _, s := range p {
		if s.Effect == allow {
			all = append(all, s.pairs()...)
		}
	}
	return sorted(all)
}

// pairs returns the accesses that the statement is about.
func (s Statement) pairs() []Access {
	keys := s.Condition.keys()
	if len(keys) == 0 {
		keys = OneOrMore{""}
	}
	var all []Access
	for _, resource := range s.Resource {
		for _, action := range s.Action {
			for _, key := range keys {
				all = append(all, Access{action, resource, key})
			}
		}
	}
	return all
}
