package main

import (
	"fmt"
	"io"
	"strings"
)

// reportGrowth prints the table of stores as Markdown. The first row is the measure of all.
func reportGrowth(w io.Writer, c settings, rows []*row) error {
	var b strings.Builder
	fmt.Fprintf(&b, "checkBind of a bound person, %d rounds in turns, %s. Ratios are against the first row.\n\n", c.rounds, machine())
	b.WriteString("| | processor time, 1 in flight | 16 in flight | ms, 1 | ms, 16 | p99, 16 | answers a second, 16 " +
		"| waits for the disk, 1 | 16 | write-ahead log at most | database | grown by a login |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		waits := "| | |"
		if r.syncs != nil {
			waits = fmt.Sprintf("| %.2f | %.2f |", r.syncs[0], r.syncs[1])
		}
		one, many := r.turns[0], r.turns[1]
		times := "| | | | |" // with the visits in them they say nothing of logins
		if r.beside == nil {
			times = fmt.Sprintf("| %s | %s | %s | %s |", ratios(one, rows[0].turns[0], cpu), ratios(many, rows[0].turns[1], cpu),
				ms(middle(one, cpu)), ms(middle(many, cpu)))
		}
		fmt.Fprintf(&b, "| %s %s %s | %.0f %s %s | %s | %d B |\n", r.name, times,
			ms(middle(many, p99)), median(many, perSecond), waits, mb(r.wal), mb(r.after), (r.after-r.before)/int64(r.logins))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mb prints a number of bytes in megabytes.
func mb(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
