package contract_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// chinesePages is the folder of the pages that are there in Chinese, too.
const chinesePages = "docs/zh-CN/"

// twins are the pages in docs/zh-CN that say what an English page says. api.md says what openapi.yaml does, for people.
var twins = map[string]struct {
	english string
	// from and to are the headings of the English page between which the Chinese one is its twin. Empty: all of it.
	from, to string
}{
	"limits.md":       {english: "docs/limits.md"},
	"ways.md":         {english: "docs/ways.md"},
	"one-server.md":   {english: "docs/one-server.md"},
	"first-deploy.md": {"docs/operations.md", "## First deploy\n", "\n## Who the caller is\n"},
}

// englishOf returns the part of the English page.
func englishOf(t *testing.T, name string) string {
	t.Helper()
	twin := twins[name]
	text := string(read(t, twin.english))
	if twin.from == "" {
		return text
	}
	_, text, found := strings.Cut(text, twin.from)
	text, _, ends := strings.Cut(text, twin.to)
	if !found || !ends {
		t.Fatalf("%s has no part from %q to %q", twin.english, twin.from, twin.to)
	}
	return text
}

var (
	block = regexp.MustCompile("(?ms)^( *)```[a-z]*\n(.*?)^ *```$")
	// aside is a comment in a block, which is in the language of the page.
	aside  = regexp.MustCompile(`(?m)(?:^|[ \t])# .*$`)
	digits = regexp.MustCompile(`[0-9][0-9,.]*`)
	linked = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// commandsOf are the blocks of a page, without their comments.
func commandsOf(page string) []string {
	var all []string
	for _, found := range block.FindAllStringSubmatch(page, -1) {
		text := aside.ReplaceAllString(found[2], "")
		all = append(all, strings.Join(strings.Fields(text), " "))
	}
	return all
}

// factsOf are the names in backticks and the numbers of each row of the tables of a page, which are the same in any language.
func factsOf(page string) []string {
	var all []string
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		line = linkTarget.ReplaceAllString(line, "]")
		facts := append(namesIn(line), digits.FindAllString(codeSpan.ReplaceAllString(line, ""), -1)...)
		for i := range facts {
			facts[i] = strings.TrimRight(facts[i], ".,")
		}
		slices.Sort(facts)
		all = append(all, fmt.Sprint(facts))
	}
	return all
}

// A Chinese page has the commands of its English twin, and the names and numbers of its tables.
func TestChinesePagesSayTheSame(t *testing.T) {
	for name := range twins {
		t.Run(name, func(t *testing.T) {
			english, chinese := englishOf(t, name), string(read(t, chinesePages+name))
			commands := commandsOf(chinese)
			if name == "first-deploy.md" {
				_, chinese, _ = strings.Cut(chinese, "\n## 部署\n")
				commands = commandsOf(chinese)
			}
			compare(t, "block", commands, commandsOf(english))
			compare(t, "row", factsOf(chinese), factsOf(english))
		})
	}
}

func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("%s %d is missing: %s", what, i+1, want[i])
		case i >= len(want):
			t.Fatalf("%s %d is not in the English page: %s", what, i+1, got[i])
		case got[i] != want[i]:
			t.Fatalf("%s %d is\n%s\nand in the English page\n%s", what, i+1, got[i], want[i])
		}
	}
}

// A Chinese page leads to the English one and back, and README.zh-CN.md leads to it. All of its links lead somewhere.
func TestLinksOfChinesePages(t *testing.T) {
	pages, err := os.ReadDir(filepath.Join(root, chinesePages))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, page := range pages {
		names = append(names, page.Name())
	}
	if want := slices.Sorted(maps.Keys(twins)); !slices.Equal(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "api.md" }), want) {
		t.Errorf("%s has %v, want api.md and %v", chinesePages, names, want)
	}
	readme := linksOf(t, "README.zh-CN.md")
	for _, name := range names {
		if !slices.ContainsFunc(readme, func(link string) bool { return strings.HasPrefix(link, chinesePages+name) }) {
			t.Errorf("README.zh-CN.md does not lead to %s%s", chinesePages, name)
		}
		lines := strings.SplitN(string(read(t, chinesePages+name)), "\n", 4)
		if !strings.HasPrefix(lines[2], "[English](") {
			t.Errorf("%s%s: the third line is %q", chinesePages, name, lines[2])
		}
		linksOf(t, chinesePages+name)
		if twin, ok := twins[name]; ok && !strings.Contains(englishOf(t, name), "[中文](zh-CN/"+name+")") {
			t.Errorf("%s does not lead to %s", twin.english, name)
		}
	}
}

// Who reads Chinese is led to the Chinese page, where there is one. Only the line [English] leads to its twin.
func TestChinesePagesLeadToChineseOnes(t *testing.T) {
	inChinese := map[string]string{"README.md": "README.zh-CN.md", "miniprogram/sdk/README.md": "miniprogram/sdk/README.zh-CN.md", "miniprogram/example/README.md": "miniprogram/example/README.zh-CN.md"}
	for name, twin := range twins {
		if twin.from == "" {
			inChinese[twin.english] = chinesePages + name
		}
	}
	pages := append(slices.Sorted(maps.Values(inChinese)), chinesePages+"api.md", chinesePages+"first-deploy.md")
	for _, page := range pages {
		for _, found := range linked.FindAllStringSubmatch(strings.ReplaceAll(string(read(t, page)), "[English](", ""), -1) {
			file, _, _ := strings.Cut(found[1], "#")
			if to := inChinese[filepath.Join(filepath.Dir(page), file)]; to != "" && !strings.Contains(found[1], "://") {
				t.Errorf("%s leads to %s, which is there in Chinese: %s", page, found[1], to)
			}
		}
	}
}

// linksOf returns where a page's links inside the project lead, from the root. Each is there, with its heading.
func linksOf(t *testing.T, page string) []string {
	t.Helper()
	var all []string
	for _, found := range linked.FindAllStringSubmatch(string(read(t, page)), -1) {
		if strings.Contains(found[1], "://") {
			continue
		}
		file, heading, _ := strings.Cut(found[1], "#")
		to := page
		if file != "" {
			to = filepath.Join(filepath.Dir(page), file)
		}
		if _, err := os.Stat(filepath.Join(root, to)); err != nil {
			t.Errorf("%s leads to %s, which is not there", page, found[1])
			continue
		}
		if heading != "" && !slices.Contains(anchors(string(read(t, to))), heading) {
			t.Errorf("%s leads to %s, which has no such heading", page, found[1])
		}
		all = append(all, to)
	}
	return all
}

var errorRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `(relogin|retry|wait|fix|none)` \\| ([^|]+) \\|")

// docs/zh-CN/api.md lists every error that openapi.yaml does, once, with its action and its sentence.
func TestErrorsOfChineseAPI(t *testing.T) {
	want := map[string]bool{}
	for _, match := range row.FindAllStringSubmatch(theAPI(t).Info.Description, -1) {
		want[match[1]] = true
	}
	for _, match := range errorRow.FindAllStringSubmatch(string(read(t, chinesePages+"api.md")), -1) {
		name, action, msg := match[1], match[2], match[3]
		if !want[name] {
			t.Errorf("%s is not an error of openapi.yaml, or stands twice", name)
			continue
		}
		delete(want, name)
		if code := login.Code(name); action != string(code.Action()) || msg != code.Message("") {
			t.Errorf("%s is listed with %s and %s, and has %s and %s", name, action, msg, code.Action(), code.Message(""))
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

// docs/zh-CN/api.md lists the routes of README.md, but for those that only `wxbind serve` has, and its actions and statuses.
func TestRoutesOfChineseAPI(t *testing.T) {
	const page = chinesePages + "api.md"
	for what, first := range map[string]*regexp.Regexp{
		"routes":   regexp.MustCompile("`[A-Z]+ /[^`]*`"),
		"actions":  regexp.MustCompile("`" + string(login.ActionRetry) + "`"),
		"statuses": regexp.MustCompile("^ *503 *$"),
	} {
		var cells [2][]string
		for i, name := range []string{page, "README.md"} {
			for _, row := range tableOf(t, name, first) {
				if cell := strings.TrimSpace(strings.ReplaceAll(row[0], "、", ", ")); !strings.Contains(cell, "/healthz") {
					cells[i] = append(cells[i], cell)
				}
			}
		}
		if !slices.Equal(cells[0], cells[1]) {
			t.Errorf("the %s of %s are\n%q\nand those of README.md\n%q", what, page, cells[0], cells[1])
		}
	}
}
