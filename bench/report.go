package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// reportPeers prints the tables of a comparison as Markdown. The first contender is the measure of all.
func reportPeers(w io.Writer, c settings, all []*contender) error {
	var b strings.Builder
	fmt.Fprintf(&b, "checkBind of a bound person, %d people, %d rounds in turns, %s.\n\n", c.users, c.rounds, machine())
	b.WriteString("Against wxbind serve (median of the rounds, least and most):\n\n")
	b.WriteString("| | processor time, 1 in flight | 16 in flight | p50, 1 | p99, 1 | p50, 16 | p99, 16 | answers a second, 16 | the same request again |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, x := range all {
		against := func(load int, of func(turn) float64) string { return ratios(x.turns[load], all[0].turns[load], of) }
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", x.name, against(0, cpu), against(1, cpu),
			against(0, p50), against(0, p99), against(1, p50), against(1, p99), against(1, perSecond), x.again)
	}
	b.WriteString("\nAs measured:\n\n")
	b.WriteString("| | ms of processor, 1 in flight | 16 in flight | p50, 1 | p99, 1 | p50, 16 | p99, 16 | answers a second, 1 | 16 |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, x := range all {
		one, many := x.turns[0], x.turns[1]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %.0f | %.0f |\n", x.name, shares(x, one), shares(x, many),
			ms(middle(one, p50)), ms(middle(one, p99)), ms(middle(many, p50)), ms(middle(many, p99)), median(one, perSecond), median(many, perSecond))
	}
	b.WriteString("\nWhat they are:\n\n")
	for _, x := range all {
		fmt.Fprintf(&b, "- %s: %s.", x.name, x.what)
		if len(x.lacks) > 0 {
			fmt.Fprintf(&b, " It lacks %s.", strings.Join(x.lacks, "; and "))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nWhat wxbind does in its time, and none of them:\n\n- " + strings.Join(allLack, ";\n- ") + ".\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// What is compared of a turn.
func cpu(t turn) float64       { return float64(t.all()) }
func p50(t turn) float64       { return float64(t.latencies.at(0.5)) }
func p99(t turn) float64       { return float64(t.latencies.at(0.99)) }
func perSecond(t turn) float64 { return t.perSecond }

// ratios compares turns with those of the measure in the same round.
func ratios(own, measure []turn, of func(turn) float64) string {
	var all []float64
	for round := range own {
		all = append(all, of(own[round])/of(measure[round]))
	}
	slices.Sort(all)
	if all[0] == all[len(all)-1] {
		return fmt.Sprintf("%.2f", all[0])
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", all[len(all)/2], all[0], all[len(all)-1])
}

// shares is the processor time of an answer, and of its parts if there are several.
func shares(x *contender, turns []turn) string {
	text := ms(middle(turns, cpu))
	if len(x.parts) == 1 {
		return text
	}
	var parts []string
	for i, part := range x.parts {
		parts = append(parts, part.name+" "+ms(middle(turns, func(t turn) float64 { return float64(t.cpu[i]) })))
	}
	return text + " (" + strings.Join(parts, ", ") + ")"
}

// median is that of all rounds.
func median(turns []turn, of func(turn) float64) float64 {
	var all []float64
	for _, t := range turns {
		all = append(all, of(t))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func middle(turns []turn, of func(turn) float64) time.Duration {
	return time.Duration(median(turns, of))
}

// ms prints a duration in milliseconds.
func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }
