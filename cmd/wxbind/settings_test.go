package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// settingName is the name of an environment variable.
var settingName = regexp.MustCompile(`\b[A-Z]+(?:_[A-Z]+)+\b`)

// servesSettings are the environment variables that serve reads, sorted.
func servesSettings(t *testing.T) []string {
	t.Helper()
	var asked []string
	getenv := func(name string) string {
		asked = append(asked, name)
		return ""
	}
	if _, err := (logFlag{}).form(getenv); err != nil {
		t.Fatal(err)
	}
	far, err := serveCmd{StandIn: "127.0.0.1:0"}.farSideFrom(t.Context(), getenv, login.SealKey{ID: "0", Key: login.Hidden(strings.Repeat("k", 43))})
	if err != nil {
		t.Fatal(err)
	}
	far.close()
	return unique(asked)
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// The help of serve names every setting that it reads, in the column of names.
func TestServeHelpNamesItsSettings(t *testing.T) {
	status, help, _ := command(t, "", "serve", "--help")
	if status != 0 {
		t.Fatalf("status %d: %s", status, help)
	}
	var named []string
	settings, _, _ := strings.Cut(help, "\nFlags:\n")
	for _, column := range regexp.MustCompile(`(?m)^ *[A-Z_, ]+`).FindAllString(settings, -1) {
		named = append(named, settingName.FindAllString(column, -1)...)
	}
	if named, want := unique(named), servesSettings(t); !slices.Equal(named, want) {
		t.Errorf("the help names %v, serve reads %v:\n%s", named, want, help)
	}
}

// The READMEs list every setting that serve reads. The settings of functions are tested in
// pkg/testing/contract.
func TestReadmesListSettingsOfServe(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for line := range strings.Lines(string(readme)) {
			if cells := strings.Split(line, "|"); len(cells) > 3 && strings.Contains(cells[2], "serve") {
				listed = append(listed, settingName.FindAllString(cells[1], -1)...)
			}
		}
		if listed, want := unique(listed), servesSettings(t); !slices.Equal(listed, want) {
			t.Errorf("%s says that serve reads %v, it reads %v", name, listed, want)
		}
	}
}
