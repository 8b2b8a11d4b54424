package upstream

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestObject(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		// want are the members' names, each followed by its text. It is "" for what is no object.
		want string
	}{
		"members":                  {`{"b":[1],"a":"x"}`, `a="x" b=[1]`},
		"none":                     {` {} `, " "},
		"names in other cases":     {`{"openid":1,"openId":2,"OPENID":3}`, "OPENID=3 openId=2 openid=1"},
		"a member that is null":    {`{"a":null}`, "a=null"},
		"the same name twice":      {`{"a":1,"b":2,"a":1}`, ""},
		"the same name, escaped":   {`{"a":1,"\u0061":2}`, ""},
		"a name that is empty":     {`{"":1}`, "=1"},
		"an empty name twice":      {`{"":1,"":2}`, ""},
		"a byte order mark":        {"\uFEFF{\"a\":1}", "a=1"},
		"blanks and marks":         {" \r\n\uFEFF\uFEFF\n{\"a\":1}", "a=1"},
		"a mark alone":             {"\uFEFF", ""},
		"a mark behind it":         {"{\"a\":1}\uFEFF", ""},
		"nothing":                  {``, ""},
		"null":                     {`null`, ""},
		"a list":                   {`[{"a":1}]`, ""},
		"a string":                 {`"a"`, ""},
		"cut off":                  {`{"a":1`, ""},
		"cut off in a name":        {`{"a":1,"b`, ""},
		"cut off before its value": {`{"a":`, ""},
		"a name that is none":      {`{1:2}`, ""},
		"a comma too many":         {`{"a":1,}`, ""},
		"followed by another":      {`{"a":1}{"a":2}`, ""},
		"followed by garbage":      {`{"a":1}x`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			members, err := Object([]byte(row.text))
			var got []string
			for _, name := range slices.Sorted(maps.Keys(members)) {
				got = append(got, name+"="+string(members[name]))
			}
			if strings.Join(got, " ") != strings.TrimSpace(row.want) || (err != nil) != (row.want == "") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
