package iamtest

import (
	"reflect"
	"testing"
)

const (
	likeUsers  = "ForAllValues:StringLike"
	equalsKeys = "ForAllValues:StringEquals"
)

// keyed is an allowing statement about the items of a table.
func keyed(operator string, keys OneOrMore, actions ...string) Statement {
	s := of("Allow", actions, "table/A")
	s.Condition = Conditions{operator: {leadingKeys: keys}}
	return s
}

// What IAM decides by dynamodb:LeadingKeys.
func TestConditions(t *testing.T) {
	read := func(keys ...string) (all []Access) {
		for _, key := range keys {
			all = append(all, readA.of(key))
		}
		return all
	}
	users := keyed(likeUsers, OneOrMore{"user#*", "name#?"}, "dynamodb:GetItem")
	for name, c := range map[string]struct {
		policy Policy
		asked  []Access
		want   bool
	}{
		"a key that is like one":          {Policy{users}, read("user#1"), true},
		"a key that is like the other":    {Policy{users}, read("name#a"), true},
		"a key that is like none":         {Policy{users}, read("password#1"), false},
		"a key in other cases":            {Policy{users}, read("USER#1"), false},
		"a key that has one in it":        {Policy{users}, read("xuser#1"), false},
		"one letter, and there are two":   {Policy{users}, read("name#ab"), false},
		"all keys":                        {Policy{users}, read("user#1", "name#a"), true},
		"all keys but one":                {Policy{users}, read("user#1", "password#1", "name#a"), false},
		"no key, as of a scan":            {Policy{users}, read(""), true},
		"a key that is equal":             {Policy{keyed(equalsKeys, OneOrMore{"hashkinds"}, "dynamodb:GetItem")}, read("hashkinds"), true},
		"a key that is longer":            {Policy{keyed(equalsKeys, OneOrMore{"hashkinds"}, "dynamodb:GetItem")}, read("hashkinds2"), false},
		"an asterisk that is no wildcard": {Policy{keyed(equalsKeys, OneOrMore{"user#*"}, "dynamodb:GetItem")}, read("user#1"), false},
		"another action":                  {Policy{keyed(likeUsers, OneOrMore{"*"}, "dynamodb:PutItem")}, read("user#1"), false},
		"each key by another statement": {Policy{
			keyed(likeUsers, OneOrMore{"user#*"}, "dynamodb:GetItem"), keyed(likeUsers, OneOrMore{"name#*"}, "dynamodb:GetItem"),
		}, read("user#1", "name#a"), false},
		"a statement without a condition beside": {Policy{users, of("Allow", OneOrMore{"dynamodb:GetItem"}, "table/A")}, read("password#1"), true},
		"a denial of the key": {Policy{
			of("Allow", OneOrMore{"*"}, "*"), {deny, OneOrMore{"*"}, OneOrMore{"*"}, Conditions{likeUsers: {leadingKeys: {"password#*"}}}},
		}, read("password#1"), false},
		"a denial of another key": {Policy{
			of("Allow", OneOrMore{"*"}, "*"), {deny, OneOrMore{"*"}, OneOrMore{"*"}, Conditions{likeUsers: {leadingKeys: {"password#*"}}}},
		}, read("user#1"), true},
		"a key of the request that is not there": {
			Policy{{allow, OneOrMore{"*"}, OneOrMore{"*"}, Conditions{"StringLike": {viaService: {"*"}}}}}, read("user#1"), false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range c.policy {
				if err := s.check(); err != nil {
					t.Fatal(err)
				}
			}
			if got := c.policy.Allows(c.asked...); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// A condition that could hold otherwise than is understood is an error.
func TestConditionsThatAreNotUnderstood(t *testing.T) {
	for name, c := range map[string]Conditions{
		"another operator":       {"ForAnyValue:StringLike": {leadingKeys: {"user#*"}}},
		"no set of values":       {"StringLike": {leadingKeys: {"user#*"}}},
		"another key":            {likeUsers: {"dynamodb:Attributes": {"pk"}}},
		"another key beside":     {likeUsers: {leadingKeys: {"user#*"}, "dynamodb:Attributes": {"pk"}}},
		"two operators":          {likeUsers: {leadingKeys: {"user#*"}}, equalsKeys: {leadingKeys: {"user#1"}}},
		"nothing":                {likeUsers: {leadingKeys: {}}},
		"something of a request": {likeUsers: {leadingKeys: {"user#${aws:userid}"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := of("Allow", OneOrMore{"dynamodb:GetItem"}, "table/A")
			s.Condition = c
			if err := s.check(); err == nil {
				t.Error("it is understood")
			}
		})
	}
}

// Each pattern of keys is a grant, and is removed once.
func TestReductionsOfKeys(t *testing.T) {
	p := Policy{keyed(likeUsers, OneOrMore{"user#*", "name#*"}, "dynamodb:GetItem", "dynamodb:PutItem")}
	grants := []Access{readA.of("name#*"), readA.of("user#*"), writeA.of("name#*"), writeA.of("user#*")}
	if got := p.Grants(); !reflect.DeepEqual(got, grants) {
		t.Fatalf("the grants are %v", got)
	}
	single := 0
	for _, r := range p.Reductions() {
		if len(r.Lost) == 1 {
			single++
		}
		for _, grant := range grants {
			lost := false
			for _, a := range r.Lost {
				lost = lost || a == grant
			}
			used := grant.of(grant.Key[:5] + "1")
			if !grant.Covers(used) || r.Policy.Allows(used) == lost {
				t.Errorf("without %s, %v: %v", r.Name, used, !lost)
			}
		}
	}
	if single != len(grants) {
		t.Errorf("%d of %d grants are removed by themselves", single, len(grants))
	}
}
