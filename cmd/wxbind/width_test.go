package main

import (
	"strings"
	"testing"
)

// Wide characters take two columns, so the columns of a table begin at the same place in every row.
func TestTableIsAlignedForWideCharacters(t *testing.T) {
	for name, c := range map[string]struct {
		cell    string
		columns int
	}{
		"Latin":            {"Alice", 5},
		"Chinese":          {"爱丽丝", 6},
		"Chinese mixed":    {"李a雷", 5},
		"full width":       {"Ａb", 3},
		"half-width kana":  {"ｱﾘｽ", 3},
		"Korean":           {"한국", 4},
		"beyond the plane": {"𠮷野", 4},
		"an emoji":         {"😀", 2},
		"an accent alone":  {"e\u0301", 1},
		"nothing":          {"", 0},
		"an escape":        {"\x1b[2J", 4},
	} {
		t.Run(name, func(t *testing.T) {
			if got := columns(printable(c.cell)); got != c.columns {
				t.Errorf("%d columns, want %d", got, c.columns)
			}
			var out strings.Builder
			rows := newTable(&out, "NAME", "ID")
			rows.add(c.cell, "1")
			rows.add("somebody", "2")
			if err := rows.print(); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if begins := strings.LastIndex(line, " ") + 1; columns(line[:begins]) != len("somebody  ") {
					t.Errorf("the second column is elsewhere: %q", out.String())
				}
			}
		})
	}
}
