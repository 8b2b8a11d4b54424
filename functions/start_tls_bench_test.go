package functions_test

import (
	"fmt"
	"os"
	"testing"
	"text/tabwriter"
)

// BenchmarkStartOverTLS measures starts as BenchmarkStart does, but DynamoDB, Secrets Manager and WeChat answer at once,
// over TLS, by certificates of an authority that is one of all the roots of this machine. The functions are in a root
// folder that has them where Lambda's image has them. No setting says anything about certificates.
func BenchmarkStartOverTLS(b *testing.B) {
	ca, lambda := newAuthority(b), newImage(b)
	roots := append(machineRoots(b), ca.root)
	lambda.addBundle(roots...)
	lambda.addFolder(roots...)
	settings := ca.peers(b).settings
	names := append([]string{"testdata/empty"}, functions()...)
	for b.Loop() {
		var all []*starting
		for _, name := range names {
			all = append(all, &starting{root: lambda.folder, copies: copiesOf(b, name, lambda.folder), settings: settings})
		}
		for run := range startRuns + startCopies {
			for _, s := range all {
				s.start(b, run)
			}
		}
		empty := all[0]
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\nover TLS, %d roots, median of %d\texec to first ask\tagainst empty\texec to first answer\tagainst empty\n", len(roots), startRuns)
		worst := 0.0
		for i, s := range all {
			worst = max(worst, ratio(s.asks, empty.asks))
			fmt.Fprintf(table, "%s\t%s\t%.2f\t%s\t%.2f\n", names[i],
				milliseconds(median(s.asks)), ratio(s.asks, empty.asks), milliseconds(median(s.answers)), ratio(s.answers, empty.answers))
		}
		table.Flush()
		b.ReportMetric(worst, "worst/empty")
	}
}
