package functions_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/wxbind/wxbind/pkg/lambdatest"
)

// startRuns is how often each function is started.
const startRuns = 41

// BenchmarkStart measures how long each function takes from exec to asking for
// its first event, beside an empty function of aws-lambda-go, in turns so that
// a machine that changes its pace changes it for all. AWS and WeChat refuse
// connections at once, so that it is the process that is measured.
func BenchmarkStart(b *testing.B) {
	settings := map[string]string{
		"WXBIND_SECRET_ID": "wxbind", "WXBIND_BINDINGS_TABLE": "b", "WXBIND_SESSIONS_TABLE": "s",
		"WXBIND_USERS_TABLE": "u", "WXBIND_EPHEMERAL_TABLE": "e",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "WECHAT_API_BASE": "http://127.0.0.1:1",
	}
	const empty = "./testdata/empty"
	folders := []string{empty}
	for _, name := range functions() {
		folders = append(folders, "./"+name)
	}
	for b.Loop() {
		times := map[string][]time.Duration{}
		for _, folder := range folders {
			built(b, folder)
			startTime(b, folder, settings) // the first start reads the file from the disk
		}
		for range startRuns {
			for _, folder := range folders {
				times[folder] = append(times[folder], startTime(b, folder, settings))
			}
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\nfunction\texec to first ask, median of %d\tagainst empty\tzip\n", startRuns)
		for _, folder := range folders {
			fmt.Fprintf(table, "%s\t%.1f ms\t%.2f\t%.2f MB\n", folder, float64(median(times[folder]).Microseconds())/1000,
				float64(median(times[folder]))/float64(median(times[empty])), float64(zipped(b, built(b, folder)))/1e6)
		}
		table.Flush()
		b.ReportMetric(float64(median(times["./checkbind"]))/float64(median(times[empty])), "checkbind/empty")
	}
}

func startTime(b *testing.B, folder string, settings map[string]string) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	p := lambdatest.Start(b, built(b, folder), maps.Clone(settings))
	took, err := p.Ready(ctx)
	if err != nil {
		b.Fatalf("%v\n%s", err, p.Log())
	}
	p.Stop()
	return took
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
