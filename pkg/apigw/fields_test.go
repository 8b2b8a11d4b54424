package apigw_test

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// A JSON body may be nested 16 deep, its own braces included. Brackets in strings, and the
// number of values on one level, do not count.
func TestBodiesAreNestedSixteenDeepAtMost(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"y":`, n) + "1" + strings.Repeat("}", n) }
	within := func(fields string) string { return strings.Replace(bindBody, "{", "{"+fields+",", 1) }
	for name, c := range map[string]struct {
		body string
		want login.Code // "" for a body that is read
	}{
		"16 deep":                         {within(`"x":` + nested(15)), ""},
		"17 deep":                         {within(`"x":` + nested(16)), login.BodyTooDeep},
		"16 objects":                      {within(`"x":` + objects(15)), ""},
		"17 objects":                      {within(`"x":` + objects(16)), login.BodyTooDeep},
		"many siblings":                   {within(`"x":[` + strings.Repeat("[],{},", 99) + `[]]`), ""},
		"many deep siblings":              {within(`"x":[` + strings.Repeat(nested(14)+",", 99) + `[]]`), ""},
		"a deep one behind many siblings": {within(`"x":[` + strings.Repeat("[],", 99) + nested(15) + `]`), login.BodyTooDeep},
		"behind a backslash in a string":  {within(`"z":"a\nb","x":` + nested(16)), login.BodyTooDeep},
		"behind an escaped quote":         {within(`"z":"a\"","x":` + nested(16)), login.BodyTooDeep},
		"behind an escaped backslash":     {within(`"z":"a\\","x":` + nested(16)), login.BodyTooDeep},
		"behind brackets in a string":     {within(`"z":"]]]]","x":` + nested(16)), login.BodyTooDeep},
		"in a string, behind a backslash": {within(`"z":"\\\"` + nested(99) + `"`), ""},
		"in a name":                       {within(`"` + strings.Repeat("[", 99) + `":1`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.invoke(t.Context(), apigw.Bind, post("application/json", c.body))
			if c.want == "" && a.body["code"] != 1.0 || c.want != "" && (a.status != 400 || a.body["error"] != string(c.want)) {
				t.Errorf("got %d %s, want %q", a.status, a.text, c.want)
			}
		})
	}
}
