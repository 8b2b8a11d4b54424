package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	tomlTable = regexp.MustCompile(`^\[(\w+)\.(\w+)\.parameters\]$`)
	tomlValue = regexp.MustCompile(`^(\w+) = (.+)$`)
)

// samConfig reads samconfig.toml: environment, command, option. It understands only the
// TOML that is used there: values as in JSON, one per line.
func samConfig(t *testing.T) map[string]map[string]map[string]any {
	t.Helper()
	environments := map[string]map[string]map[string]any{}
	var options map[string]any
	for i, line := range strings.Split(string(read(t, "samconfig.toml")), "\n") {
		table, value := tomlTable.FindStringSubmatch(line), tomlValue.FindStringSubmatch(line)
		switch {
		case line == "" || line[0] == '#' || line == "version = 0.1":
		case table != nil:
			if environments[table[1]] == nil {
				environments[table[1]] = map[string]map[string]any{}
			}
			options = map[string]any{}
			environments[table[1]][table[2]] = options
		case value != nil && options != nil:
			var v any
			if err := json.Unmarshal([]byte(value[2]), &v); err != nil {
				t.Fatalf("samconfig.toml, line %d: %v", i+1, err)
			}
			options[value[1]] = v
		default:
			t.Fatalf("samconfig.toml, line %d: %s", i+1, line)
		}
	}
	return environments
}

// What is compiled is what is deployed, since both read the same list of parameters, which
// names the architecture.
func TestEnvironmentsOfSAM(t *testing.T) {
	tpl, environments := theTemplate(t), samConfig(t)
	if names := slices.Sorted(maps.Keys(environments)); !slices.Equal(names, []string{"cn", "default", "dev", "prod"}) {
		t.Errorf("environments: %v", names)
	}
	stacks := map[any]bool{}
	for name, commands := range environments {
		parameters := map[string]string{}
		list, _ := commands["global"]["parameter_overrides"].([]any)
		for _, override := range list {
			key, value, _ := strings.Cut(override.(string), "=")
			parameters[key] = value
			allowed, known := tpl.Parameters[key]
			if !known || allowed.AllowedValues != nil && !slices.ContainsFunc(allowed.AllowedValues, func(v any) bool { return fmt.Sprint(v) == value }) {
				t.Errorf("%s: the template does not take %s", name, override)
			}
		}
		if parameters["Architecture"] == "" {
			t.Errorf("%s does not say for which architecture", name)
		}
		if protected := parameters["DeletionProtection"]; (protected == "false") != (name == "dev") {
			t.Errorf("%s has the deletion protection %q", name, protected)
		}
		for command, options := range commands {
			if _, ok := options["parameter_overrides"]; ok && command != "global" {
				t.Errorf("%s: %s has parameters of its own", name, command)
			}
		}
		if asks := commands["deploy"]["confirm_changeset"] == true; asks != (name == "prod" || name == "cn") {
			t.Errorf("%s asks before it deploys: %v", name, asks)
		}
		if chinese := strings.HasPrefix(fmt.Sprint(commands["global"]["region"]), "cn-"); chinese != (name == "cn") {
			t.Errorf("%s is in %v", name, commands["global"]["region"])
		}
		if stack := commands["global"]["stack_name"]; stack == nil || stacks[stack] {
			t.Errorf("%s has the stack %v, which is none of its own", name, stack)
		} else {
			stacks[stack] = true
		}
	}
}
