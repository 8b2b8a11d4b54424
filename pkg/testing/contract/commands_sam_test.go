//go:build sam

package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/samtest"
)

var (
	// fences are what stands between ``` and ```, at whatever depth of a list.
	fences = regexp.MustCompile("(?ms)^ *```$\n(.*?)^ *```$")
	// awsCalls and ourCalls are commands in a line of a shell, one without the other.
	awsCalls = regexp.MustCompile(`(?m)^aws ([a-z-]+ [a-z][^|;)\n]*)`)
	ourCalls = regexp.MustCompile(`\bbin/wxbind ([a-z -]+)`)
	// quoted are arguments that may hold anything.
	quoted = regexp.MustCompile(`"[^"]*"|'[^']*'`)
)

// shell returns the command lines of a page. A line that continues on the next is joined with it.
func shell(t *testing.T, page string) []string {
	t.Helper()
	var lines []string
	for _, block := range fences.FindAllStringSubmatch(string(read(t, page)), -1) {
		lines = append(lines, strings.Split(strings.ReplaceAll(block[1], "\\\n", " "), "\n")...)
	}
	return lines
}

// The commands in the operators' pages exist in the AWS CLI and in wxbind, and take the
// options that they are given.
func TestSAMCommandsOfOperations(t *testing.T) {
	var ofAWS [][]string
	var ours []string
	for _, page := range []string{"docs/operations.md", "docs/incidents.md"} {
		for _, line := range shell(t, page) {
			// Each in a line of its own, since one may stand in another's $(…).
			for _, call := range awsCalls.FindAllStringSubmatch(strings.ReplaceAll(quoted.ReplaceAllString(line, "X"), "aws ", "\naws "), -1) {
				ofAWS = append(ofAWS, strings.Fields(call[1]))
			}
			for _, call := range ourCalls.FindAllStringSubmatch(line, -1) {
				ours = append(ours, call[1])
			}
		}
	}
	if len(ofAWS) < 20 || len(ours) < 10 {
		t.Fatalf("the pages have the commands %v and %v", ofAWS, ours)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	input, err := json.Marshal(ofAWS)
	if err != nil {
		t.Fatal(err)
	}
	python := exec.CommandContext(ctx, filepath.Join(samtest.Folder(t, samtest.CLI), "bin", "python"), "testdata/awscommands.py")
	python.Stdin = bytes.NewReader(input)
	if out, err := python.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}

	binary := filepath.Join(t.TempDir(), "wxbind")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "../../../cmd/wxbind").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	slices.Sort(ours)
	for _, call := range slices.Compact(ours) {
		arguments := strings.Fields(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(call), "--stack"), "--data"))
		help, err := exec.CommandContext(ctx, binary, append(arguments, "--help")...).CombinedOutput()
		if err != nil || !strings.Contains(string(help), "--stack") {
			t.Errorf("wxbind %s: %v\n%s", call, err, help)
		}
	}
}
