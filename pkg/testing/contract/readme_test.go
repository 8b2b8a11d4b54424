package contract_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/login"
)

var readmes = []string{"README.md", "README.zh-CN.md"}

// tableOf finds the table of a page whose first column has a cell that matches the pattern.
// It returns the cells of each row, without the header.
func tableOf(t *testing.T, page string, cell *regexp.Regexp) [][]string {
	t.Helper()
	for _, block := range strings.Split(string(read(t, page)), "\n\n") {
		var rows [][]string
		for line := range strings.Lines(block) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
				rows = append(rows, strings.Split(strings.Trim(line, "|"), "|"))
			}
		}
		if slices.ContainsFunc(rows, func(row []string) bool { return cell.MatchString(row[0]) }) {
			return rows[2:]
		}
	}
	t.Fatalf("%s has no table of %s", page, cell)
	return nil
}

// backticked matches a name in backticks.
var backticked = regexp.MustCompile("`([^`]+)`")

// namesIn returns the names in backticks in a cell.
func namesIn(cell string) []string {
	var names []string
	for _, match := range backticked.FindAllStringSubmatch(cell, -1) {
		names = append(names, match[1])
	}
	return names
}

// The READMEs list every route, and mark those that take a token.
func TestRoutesOfReadmes(t *testing.T) {
	want := map[string]bool{"GET /healthz": false, "GET /readyz": false} // of `wxbind serve`, by itself
	for path, methods := range theAPI(t).Paths {
		for method, operation := range methods {
			key := strings.ToUpper(method) + " " + path
			asksForToken := slices.ContainsFunc(operation.Security, func(s map[string][]string) bool { return s["Bearer"] != nil })
			want[key] = asksForToken && key != apigw.WhoAmI.Key() // the authorizer checks its token
		}
	}
	for _, readme := range readmes {
		got := map[string]bool{}
		for _, row := range tableOf(t, readme, regexp.MustCompile("`[A-Z]+ /[^`]*`")) {
			for _, name := range namesIn(row[0]) {
				if _, twice := got[name]; twice {
					t.Errorf("%s lists %s twice", readme, name)
				}
				got[name] = strings.Contains(row[0], "◆")
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s lists the routes %v, want %v", readme, got, want)
		}
	}
}

// The READMEs list every setting that functions read. cmd/wxbind tests the settings of
// `wxbind serve`.
func TestSettingsOfReadmes(t *testing.T) {
	// Lambda sets the credentials of the function's role; nobody else does.
	credentials := []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
	want := map[string]bool{}
	if _, err := app.SettingsFrom(func(name string) string {
		if !slices.Contains(credentials, name) {
			want[name] = true
		}
		return ""
	}); err == nil {
		t.Fatal("settings are good without any")
	}
	for _, readme := range readmes {
		got := map[string]bool{}
		for _, row := range tableOf(t, readme, regexp.MustCompile("`[A-Z]+(_[A-Z]+)+`")) {
			if strings.TrimSpace(row[1]) == "serve" {
				continue
			}
			for _, name := range namesIn(row[0]) {
				got[name] = true
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s says that functions read %v, they read %v", readme, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
}

// actionsInAnswer finds the list of actions in the READMEs' example of a failure.
var actionsInAnswer = regexp.MustCompile(`"action":"([a-z]+(?:\|[a-z]+)+)"`)

// The READMEs list every action that an error has.
func TestActionsOfReadmes(t *testing.T) {
	var want []string
	for _, code := range login.Codes() {
		want = append(want, string(code.Action()))
	}
	slices.Sort(want)
	want = slices.Compact(want)
	for _, readme := range readmes {
		var listed []string
		for _, row := range tableOf(t, readme, regexp.MustCompile("`"+string(login.ActionRetry)+"`")) {
			listed = append(listed, namesIn(row[0])...)
		}
		if slices.Sort(listed); !slices.Equal(listed, want) {
			t.Errorf("%s lists the actions %q, want %q", readme, listed, want)
		}
		shown := actionsInAnswer.FindStringSubmatch(string(read(t, readme)))
		if shown == nil {
			t.Errorf("%s has no example of a failure that lists the actions", readme)
			continue
		}
		if actions := strings.Split(shown[1], "|"); !sameNames(actions, want) {
			t.Errorf("%s shows the actions %q, want %q", readme, actions, want)
		}
	}
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// docs/authorizer.md names every member of the context that a function behind the
// authorizer gets, in its table and in its example.
func TestContextOfAuthorizer(t *testing.T) {
	w := newMemoryWorld(t)
	answer, err := w.authorize(t, w.prepare(t, caseNamed(t, "authorizer-good")))
	if err != nil {
		t.Fatal(err)
	}
	given, _ := answer["context"].(map[string]any)
	want := slices.Collect(maps.Keys(given))
	if given["userId"] != events.UserID {
		t.Fatalf("the answer is %v", answer)
	}
	const page = "docs/authorizer.md"
	var listed []string
	for _, row := range tableOf(t, page, regexp.MustCompile("`userId`")) {
		listed = append(listed, namesIn(row[0])...)
	}
	if !sameNames(listed, want) {
		t.Errorf("%s lists %q, the authorizer gives %q", page, listed, want)
	}
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(read(t, page))
	var shown map[string]any
	if example == nil {
		t.Fatalf("%s has no example", page)
	}
	if err := json.Unmarshal(example[1], &shown); err != nil {
		t.Fatalf("the example of %s: %v", page, err)
	}
	if names := slices.Collect(maps.Keys(shown)); !sameNames(names, want) {
		t.Errorf("%s shows %q, the authorizer gives %q", page, names, want)
	}
}

// written is a file that a pasted command writes.
var written = regexp.MustCompile(`(?:\btee |-o |[^-]> )([a-z]+\.json)`)

// What the commands of the READMEs write into the clone is ignored by git: some of it has tokens.
func TestFilesOfPastedCommandsAreIgnored(t *testing.T) {
	ignored := strings.Split(string(read(t, ".gitignore")), "\n")
	for _, readme := range readmes {
		files := written.FindAllStringSubmatch(string(read(t, readme)), -1)
		if len(files) < 3 {
			t.Errorf("%s writes %v", readme, files)
		}
		for _, file := range files {
			if !slices.Contains(ignored, "/"+file[1]) {
				t.Errorf("%s writes %s, which .gitignore does not have", readme, file[1])
			}
		}
	}
}
