package contract_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every alarm has a section in docs/incidents.md. Some alarms share one.
func TestIncidents(t *testing.T) {
	headings := regexp.MustCompile(`(?m)^## .+$`).FindAllString(string(read(t, "docs/incidents.md")), -1)
	for id, r := range theTemplate(t).Resources {
		name, isAlarm := strings.CutSuffix(id, "Alarm")
		if isAlarm != (r.Type == "AWS::CloudWatch::Alarm") {
			t.Errorf("%s is named as an alarm, or is one and is not: %s", id, r.Type)
		}
		if isAlarm && !slices.ContainsFunc(headings, func(heading string) bool { return slices.Contains(strings.Fields(heading), name) }) {
			t.Errorf("docs/incidents.md has no page for %s", id)
		}
	}
}

// links matches links to a heading, of the same page or of another page in docs/.
var links = regexp.MustCompile(`\]\(([a-z-]+\.md)?#([a-z0-9-]+)\)`)

// The operators' pages link to each other, and to headings that exist.
func TestLinksOfOperations(t *testing.T) {
	for _, page := range []string{"operations.md", "incidents.md"} {
		for _, link := range links.FindAllStringSubmatch(string(read(t, "docs/"+page)), -1) {
			to := link[1]
			if to == "" {
				to = page
			}
			if !slices.Contains(anchors(string(read(t, "docs/"+to))), link[2]) {
				t.Errorf("%s leads to %s#%s, which is not there", page, to, link[2])
			}
		}
	}
}

// anchors returns the anchors that GitHub makes from a page's headings.
func anchors(page string) []string {
	var all []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(page, -1) {
		text := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		all = append(all, strings.ReplaceAll(text, " ", "-"))
	}
	return all
}

// The AWS CLI waits for a table for 500 seconds. Restoring one may take longer, and a page must not go on before it is
// there.
func TestPagesWaitUntilATableExists(t *testing.T) {
	waits := 0
	for _, page := range []string{"docs/operations.md", "docs/incidents.md"} {
		for line := range strings.Lines(string(read(t, page))) {
			all := strings.Count(line, "aws dynamodb wait table-exists")
			if waits += all; all != strings.Count(line, "until aws dynamodb wait table-exists") {
				t.Errorf("%s waits once only: %s", page, line)
			}
		}
	}
	if waits == 0 {
		t.Error("no page waits for a table")
	}
}
