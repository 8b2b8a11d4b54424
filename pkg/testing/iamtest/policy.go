package iamtest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Policy is what a role may do. What no statement allows, or any denies, is refused.
type Policy []Statement

// Statement allows or denies each of its actions on each of its resources. Both may contain the wildcards "*" and "?".
type Statement struct {
	Effect           string
	Action, Resource OneOrMore
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
	return nil
}

// Allows reports whether the policy allows an access.
func (p Policy) Allows(a Access) bool {
	return p.has(allow, a) && !p.has(deny, a)
}

func (p Policy) has(effect string, a Access) bool {
	return slices.ContainsFunc(p, func(s Statement) bool {
		// Actions ignore case.
		return s.Effect == effect && matches(s.Action, a.Action, "(?i)") && matches(s.Resource, a.Resource, "")
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

// Grants returns the pairs of an action and a resource that the policy's statements allow.
func (p Policy) Grants() []Access {
	var all []Access
	for _, s := range p {
		if s.Effect != allow {
			continue
		}
		for _, resource := range s.Resource {
			for _, action := range s.Action {
				all = append(all, Access{action, resource})
			}
		}
	}
	return sorted(all)
}

// Reduction is a policy with something removed.
type Reduction struct {
	// Name says what was removed.
	Name   string
	Policy Policy
	// Lost are the grants that are lost with it.
	Lost []Access
}

// Reductions returns the policy without each of its grants, without each of its statements and without each of its
// resources. Equal reductions appear once.
func (p Policy) Reductions() []Reduction {
	var all []Reduction
	add := func(name string, keep func(statement int, a Access) bool) {
		r := Reduction{Name: name}
		for i, s := range p {
			for _, resource := range s.Resource {
				kept := Statement{Effect: s.Effect, Resource: OneOrMore{resource}}
				for _, action := range s.Action {
					if a := (Access{action, resource}); s.Effect == deny || keep(i, a) {
						kept.Action = append(kept.Action, action)
					} else {
						r.Lost = append(r.Lost, a)
					}
				}
				if len(kept.Action) > 0 {
					r.Policy = append(r.Policy, kept)
				}
			}
		}
		if len(r.Lost) > 0 && !slices.ContainsFunc(all, func(other Reduction) bool { return reflect.DeepEqual(other.Lost, r.Lost) }) {
			all = append(all, r)
		}
	}
	for _, grant := range p.Grants() {
		add(grant.Action+" on "+grant.Resource, func(_ int, a Access) bool { return a != grant })
	}
	for n := range p {
		add(fmt.Sprintf("statement %d", n+1), func(i int, _ Access) bool { return i != n })
	}
	for _, grant := range p.Grants() {
		add("all of "+grant.Resource, func(_ int, a Access) bool { return a.Resource != grant.Resource })
	}
	return all
}
