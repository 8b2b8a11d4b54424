package iamtest

import (
	"fmt"
	"reflect"
	"slices"
)

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
			if s.Effect == deny {
				r.Policy = append(r.Policy, s)
				continue
			}
			for _, resource := range s.Resource {
				for _, action := range s.Action {
					kept := Statement{Effect: s.Effect, Action: OneOrMore{action}, Resource: OneOrMore{resource}, Condition: s.Condition}
					var keys OneOrMore
					for _, a := range (Statement{Action: kept.Action, Resource: kept.Resource, Condition: s.Condition}).pairs() {
						if keep(i, a) {
							keys = append(keys, a.Key)
						} else {
							r.Lost = append(r.Lost, a)
						}
					}
					if len(keys) > 0 {
						kept.Condition = s.Condition.only(keys)
						r.Policy = append(r.Policy, kept)
					}
				}
			}
		}
		if len(r.Lost) > 0 && !slices.ContainsFunc(all, func(other Reduction) bool { return reflect.DeepEqual(other.Lost, r.Lost) }) {
			all = append(all, r)
		}
	}
	for _, grant := range p.Grants() {
		add(grant.String(), func(_ int, a Access) bool { return a != grant })
	}
	for n := range p {
		add(fmt.Sprintf("statement %d", n+1), func(i int, _ Access) bool { return i != n })
	}
	for _, grant := range p.Grants() {
		add("all of "+grant.Resource, func(_ int, a Access) bool { return a.Resource != grant.Resource })
	}
	return all
}
