package contract_test

import (
	"regexp"
	"slices"
	"testing"
)

// GitHub runs the same checks as .ci/run.
func TestWorkflowHasThePartsOfCI(t *testing.T) {
	var parts []string
	for _, line := range regexp.MustCompile(`(?m)^make (\S+)$`).FindAllStringSubmatch(string(read(t, ".ci/run")), -1) {
		parts = append(parts, line[1])
	}
	var workflow struct {
		Jobs map[string]struct {
			Strategy struct {
				Matrix struct{ Part []string }
			}
			Steps []struct{ Run string }
		}
	}
	decodeYAML(t, ".github/workflows/ci.yml", &workflow)
	check := workflow.Jobs["check"]
	if got := check.Strategy.Matrix.Part; len(parts) == 0 || !slices.Equal(got, parts) {
		t.Errorf("the workflow has the parts %v, .ci/run %v", got, parts)
	}
	if !slices.ContainsFunc(check.Steps, func(s struct{ Run string }) bool { return s.Run == "make ${{ matrix.part }}" }) {
		t.Error("the workflow does not run its part")
	}
}
