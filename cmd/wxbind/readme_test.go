package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readmeStep is a block of a README to paste into a shell, and the output shown below it, if any.
var readmeStep = regexp.MustCompile("(?s)```sh\n(.*?)```\n(?:\n```(?:json|text)\n(.*?)\n```)?")

// Pasting all blocks of a README, from beginning to end, prints what the README shows.
func TestReadmesAnswerAsShown(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("the READMEs are tried with curl, which is not installed")
	}
	for name, locale := range map[string]string{"README.md": "C.UTF-8", "README.zh-CN.md": "zh_CN.UTF-8"} { // the reader's
		t.Run(name, func(t *testing.T) {
			readme, err := os.ReadFile("../../" + name)
			if err != nil {
				t.Fatal(err)
			}
			steps := readmeStep.FindAllStringSubmatch(string(readme), -1)
			if want := 17; len(steps) != want {
				t.Fatalf("%d steps, want %d", len(steps), want)
			}
			folder := t.TempDir()
			if err := os.Mkdir(filepath.Join(folder, "bin"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(program, filepath.Join(folder, "bin", "wxbind")); err != nil {
				t.Fatal(err)
			}
			s := startServer(t, filepath.Join(folder, defaultData))
			const border = "---- next step ----"
			var script strings.Builder
			for _, step := range steps {
				fmt.Fprintf(&script, "%s\necho\necho '%s'\n", strings.ReplaceAll(step[1], "http://127.0.0.1:3000", s.url), border)
			}
			shell := exec.Command("sh", "-c", script.String())
			shell.Dir, shell.Env = folder, append(os.Environ(), "LC_ALL="+locale)
			var complaints bytes.Buffer
			shell.Stderr = &complaints
			out, err := shell.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, &complaints)
			}
			for i, got := range strings.Split(strings.TrimSuffix(string(out), border+"\n"), border+"\n") {
				if shown := steps[i][2]; !asShown(shown).MatchString(strings.TrimSpace(got)) {
					t.Errorf("%sgives %sshown %s", steps[i][1], got, shown)
				}
			}
			s.interrupt()
		})
	}
}

// asShown compares the output with what the README shows, where "…" stands for anything that differs.
func asShown(shown string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(shown), "…", `[^"{}]+`) + "$")
}
