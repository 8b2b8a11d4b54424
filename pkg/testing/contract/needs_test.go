package contract_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
)

// mains returns the texts of functions/*/main.go by folder.
func mains(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		texts[name] = string(read(t, filepath.Join("functions", name, "main.go")))
	}
	return texts
}

// needsOf returns what the routes of a function need.
func needsOf(function string) needs.Set {
	if function == apigw.AuthorizerFunction {
		return apigw.AuthorizerNeeds
	}
	var all needs.Set
	for _, r := range routesOf(function) {
		all |= r.Needs()
	}
	return all
}

// A main brings each part that its routes need, and no other. Otherwise pkg/app refuses
// to start, and nobody should find that out in a deployment.
func TestMainsBringWhatTheirRoutesNeed(t *testing.T) {
	for name, text := range mains(t) {
		var want []string
		needed := needsOf(name)
		if name == app.OutboxFunction { // a stream calls it
			needed = app.OutboxNeeds
		}
		if needed&needs.Tables != 0 {
			want = append(want, "app.Stores")
		}
		for _, need := range (needed &^ needs.Tables).Each() {
			want = append(want, "app."+need.String())
		}
		var brought []string
		for _, part := range regexp.MustCompile(`app\.[A-Z]\w*`).FindAllString(text, -1) {
			if part != "app.Start" && part != "app.StartAuthorizer" && part != "app.StartOutbox" && part != "app.Routes" {
				brought = append(brought, part)
			}
		}
		slices.Sort(want)
		slices.Sort(brought)
		if !slices.Equal(brought, want) {
			t.Errorf("functions/%s/main.go brings %v; its routes need %v (see their Needs in pkg/apigw)", name, brought, want)
		}
		if lines := strings.Count(text, "\n"); lines > 25 {
			t.Errorf("functions/%s/main.go has %d lines, at most 25: a main wires and starts, nothing else", name, lines)
		}
		var served []string
		for _, route := range routesOf(name) {
			served = append(served, route.Path)
			if !strings.Contains(text, route.Method) || !strings.Contains(text, route.Path) {
				t.Errorf("functions/%s/main.go: name %s in its comment", name, route.Key())
			}
		}
		if n := len(regexp.MustCompile(`apigw\.[A-Z]\w*`).FindAllString(text, -1)); n != len(served) {
			t.Errorf("functions/%s/main.go starts %d routes; those with this Function in pkg/apigw are %v", name, n, served)
		}
	}
}

// A function's policy in template.yaml allows access to exactly what its routes need.
func TestPoliciesFollowTheNeeds(t *testing.T) {
	template, err := iamtest.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	resources := map[needs.Set]string{needs.Secret: iamtest.SecretARN("Secret"), needs.Services: iamtest.SecretARN("ServicesSecret")}
	for _, need := range needs.Tables.Each() {
		resources[need] = iamtest.TableARN(need.String() + "Table")
	}
	for _, id := range template.Functions() {
		name := folderOf(id)
		if name == app.OutboxFunction {
			continue // functions' TestOutboxPrivilege says what it may
		}
		want := map[string]bool{}
		for need, resource := range resources {
			if needsOf(name).Has(need) {
				want[resource] = true
			}
		}
		role, err := template.Role(id, "HasDirectory", "HasSampleRoute")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, grant := range role.Policy.Grants() {
			if !strings.HasPrefix(grant.Action, "logs:") {
				got[grant.Resource] = true
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("template.yaml lets functions/%s touch %v; its routes need %s, which are %v",
				name, slices.Sorted(maps.Keys(got)), needsOf(name), slices.Sorted(maps.Keys(want)))
		}
	}
}

// A need without a meaning would go unmet: no main must bring it, and no function starts with it.
func TestNeedsHaveMeanings(t *testing.T) {
	needed := map[string]needs.Set{"needs.All": needs.All, "the authorizer": apigw.AuthorizerNeeds}
	for _, r := range apigw.Routes() {
		needed[r.Key()] = r.Needs()
		if !needs.All.Has(r.Needs()) {
			t.Errorf("%s needs %b, which is not in needs.All: add it there", r.Key(), r.Needs()&^needs.All)
		}
	}
	for who, all := range needed {
		for _, need := range all.Each() {
			all &^= need
		}
		if all != 0 {
			t.Errorf("%s: give the need %b a meaning, in pkg/needs", who, all)
		}
	}
}

// A table has the same name in the needs and in the schema.
func TestNeedsNameTheTables(t *testing.T) {
	var names, tables []string
	for _, need := range needs.Tables.Each() {
		names = append(names, need.String())
	}
	for _, schema := range dynamostore.Schema {
		tables = append(tables, schema.Name)
	}
	slices.Sort(names)
	slices.Sort(tables)
	if !slices.Equal(names, tables) {
		t.Errorf("pkg/needs has the tables %v, dynamostore.Schema %v", names, tables)
	}
}
