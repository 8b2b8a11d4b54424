package functions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// Where no notices are kept, each function does the same by the same policy, and writes none.
func TestOutboxOff(t *testing.T) {
	template, err := iamtest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range template.Functions() {
		name := strings.ToLower(strings.TrimSuffix(id, "Function"))
		if !slices.ContainsFunc(apigw.Routes(), func(r apigw.Route) bool { return r.Function == name && r.Needs().Has(needs.Outbox) }) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			role, err := template.Role(id, conditions...)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range flowsOf(name, false) {
				p := f.untold().play(t, name, role.Policy)
				if len(p.troubles) > 0 || len(p.guard.Refused()) > 0 || len(p.guard.Misunderstood()) > 0 {
					t.Errorf("%s: %v; refused: %v, %v", f.name, p.troubles, p.guard.Refused(), p.guard.Misunderstood())
				}
				for _, a := range p.guard.Used() {
					if strings.Contains(a.Resource, "Outbox") {
						t.Errorf("%s: %s", f.name, a)
					}
				}
			}
		})
	}
}

// untold is the flow where no notices are kept.
func (f flow) untold() flow {
	prepare := f.prepare
	f.prepare = func(p *performance) {
		if prepare != nil {
			prepare(p)
		}
		p.settings["WXBIND_OUTBOX_TABLE"] = ""
	}
	return f
}

// The end of a session is one write where no notices are kept, and DynamoDB's faults are those of a write.
func TestOutboxOffFaults(t *testing.T) {
	shared := newTables(t)
	shared.Outbox = ""
	var untold []call
	for _, c := range calls {
		if c.told {
			c.told = false
			untold = append(untold, c)
		}
	}
	for i, f := range dynamoDBFaults() {
		t.Run(f.name, func(t *testing.T) { meet(t, shared, untold, i, f) })
	}
}
