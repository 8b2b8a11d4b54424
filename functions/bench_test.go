package functions_test

import (
	"fmt"
	"os"
	"testing"
	"text/tabwriter"
	"time"
)

// requestRuns is how many requests of each kind are measured.
const requestRuns = 60

// BenchmarkRequests measures whole requests through the built bootstraps. Each call to
// WeChat takes 50 ms and each call to DynamoDB 5 ms. Our own share of a request is the
// time in which no call to either is in progress.
func BenchmarkRequests(b *testing.B) {
	for b.Loop() {
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\n%d requests each\tp50\tp99\tCPU time a request\tours a request\tours of the time\n", requestRuns)
		for _, m := range measureRequests(b, requestRuns) {
			var wall time.Duration
			for _, w := range m.walls {
				wall += w
			}
			ours := wall - m.waited
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%.0f %%\n", m.name, milliseconds(median(m.walls)), milliseconds(percentile(m.walls, 99)),
				milliseconds(m.cpu/requestRuns), milliseconds(ours/requestRuns), 100*float64(ours)/float64(wall))
		}
		table.Flush()
		asked, refused := measureJunk(b, requestRuns)
		fmt.Printf("\nmade-up codes, one after another: WeChat is asked about %.0f a second, and %.0f a second are turned away before that: %.0f times as many\n",
			asked, refused, refused/asked)
	}
}
