package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Print writes a line a finding, and below it what to do.
func Print(out io.Writer, findings []Finding) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.Status, printable(f.Check), printable(f.Says))
		if f.Do != "" {
			fmt.Fprintf(table, "\t\t-> %s\n", printable(f.Do))
		}
	}
	return table.Flush()
}

// PrintJSON writes a line of JSON a finding.
func PrintJSON(out io.Writer, findings []Finding) error {
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, f := range findings {
		if err := lines.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// printable keeps what a terminal would act on out of a line.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
