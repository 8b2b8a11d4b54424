package main

import (
	"strings"
	"testing"
)

func TestLogFlagIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		env  string
		args []string
		want string
	}{
		"the flag":     {"", []string{"--log", "xml"}, "--log"},
		"the variable": {"xml", nil, "WXBIND_LOG (must be text, json or auto)"},
		"the level":    {"", []string{"--log-level", "loud"}, "--log-level"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("WXBIND_LOG", c.env)
			status, _, said := command(t, "", append([]string{"serve", "--data", t.TempDir()}, c.args...)...)
			if status != 2 || !strings.Contains(said, c.want) {
				t.Errorf("status %d: %s", status, said)
			}
		})
	}
}

// Without a terminal text has the date and no color.
func TestTextIntoAFile(t *testing.T) {
	s := startServerWith(t, []string{"--data", t.TempDir(), "--log", "text"})
	s.check("alice-1")
	s.interrupt()
	if got := s.log.String(); !strings.Contains(got, "       checkbind    unbound ") || !strings.HasPrefix(got, "20") || strings.Contains(got, "\x1b") {
		t.Errorf("got %q", got)
	}
}
