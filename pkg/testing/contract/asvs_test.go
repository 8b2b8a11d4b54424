package contract_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// asvsSections has the number of requirements of each section of the chapters that docs/asvs.md covers:
// https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/en
var asvsSections = map[string]int{
	"6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
	"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
	"8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
	"11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2,
	"13.1": 4, "13.2": 6, "13.3": 4, "13.4": 7,
	"14.1": 2, "14.2": 8, "14.3": 3,
	"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4,
}

var (
	asvsRow   = regexp.MustCompile(`(?m)^\| (\d+\.\d+)\.(\d+) \| [123] \| (.+) \| (met|partly|not|n/a) \| (.+) \|$`)
	asvsTotal = regexp.MustCompile(`(?m)^\| all (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$`)
	testName  = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
)

// The page covers each requirement once, counts right, and names only tests that exist.
func TestASVSIsCovered(t *testing.T) {
	page := string(read(t, "docs/asvs.md"))
	exists := testNames(t)
	seen, counts := map[string]int{}, map[string]int{}
	for _, row := range asvsRow.FindAllStringSubmatch(page, -1) {
		section, number, status, where := row[1], row[2], row[4], row[5]
		if seen[section]++; number != strconv.Itoa(seen[section]) {
			t.Errorf("%s.%s is not the next requirement of its section", section, number)
		}
		counts[status]++
		for _, name := range testName.FindAllStringSubmatch(where, -1) {
			if !exists[name[1]] {
				t.Errorf("%s.%s: there is no test %s", section, number, name[1])
			}
		}
	}
	all := 0
	for section, n := range asvsSections {
		all += n
		if seen[section] != n {
			t.Errorf("section %s has %d rows, want %d", section, seen[section], n)
		}
	}
	want := fmt.Sprintf("| all %d | %d | %d | %d | %d |", all, counts["met"], counts["partly"], counts["not"], counts["n/a"])
	if got := asvsTotal.FindString(page); got != want {
		t.Errorf("the total is %q, want %q", got, want)
	}
}

// testNames has the names of all tests.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
