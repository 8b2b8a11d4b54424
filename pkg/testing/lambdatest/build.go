package lambdatest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// Build builds the main package in folder as template.yaml's functions are built, for this machine, into another
// folder. It returns the path of the bootstrap.
func Build(tb testing.TB, folder, into string) string {
	tb.Helper()
	bootstrap, err := filepath.Abs(filepath.Join(into, "bootstrap"))
	if err != nil {
		tb.Fatal(err)
	}
	build := Go(tb, "build", "-o", bootstrap, ".")
	build.Dir = folder
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build of %s: %v\n%s", folder, err, out)
	}
	return bootstrap
}

var flagsLine = regexp.MustCompile(`(?m)^LAMBDA_FLAGS := (.+)$`)

// Go returns a go command that takes build flags, such as build or list, with the flags that the Makefile uses for
// functions.
func Go(tb testing.TB, verb string, arguments ...string) *exec.Cmd {
	tb.Helper()
	makefile, err := os.ReadFile(filepath.Join(projectFolder(tb), "Makefile"))
	if err != nil {
		tb.Fatal(err)
	}
	line := flagsLine.FindSubmatch(makefile)
	if line == nil {
		tb.Fatal("the Makefile has no line LAMBDA_FLAGS := …")
	}
	// A shell parses the flags, as make does.
	script := `exec go "$0" ` + string(line[1]) + ` "$@"`
	return exec.CommandContext(tb.Context(), "sh", append([]string{"-c", script, verb}, arguments...)...)
}

// projectFolder is the folder of go.mod: tests run in the folder of their package.
func projectFolder(tb testing.TB) string {
	tb.Helper()
	folder, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(folder, "go.mod")); missing == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			tb.Fatal("no folder above has a go.mod")
		}
		folder = filepath.Dir(folder)
	}
	tb.Fatal(err)
	return ""
}
