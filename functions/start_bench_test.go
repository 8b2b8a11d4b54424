package functions_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
)

const (
	// startRuns is how often each function is started, and startCopies from how many
	// copies of its file in turn: where a file lies in memory makes some 5 % of its starts.
	startRuns, startCopies = 150, 10
	// secretTime is what Secrets Manager takes where its wait is measured.
	secretTime = 20 * time.Millisecond
)

// starting is one way to start a function, and how long its starts took.
type starting struct {
	// root is the root folder of the process, which then finds all its peers; "" means this machine's.
	root string
	// copies are the same bootstrap.
	copies   []string
	settings map[string]string
	// asks and answers are how long after exec the first event was asked for, and answered.
	asks, answers []time.Duration
}

// BenchmarkStart measures how long each function takes from exec until it asks for its
// first event, and until it answers it. An empty function of aws-lambda-go is measured for
// comparison. The functions take turns, so a machine that changes its speed changes it for
// all. AWS and WeChat refuse connections at once, and the event is refused as malformed, so
// only the process is measured. A second measurement has a secret that arrives after 20 ms,
// for which INIT waits.
func BenchmarkStart(b *testing.B) {
	refused := startSettings("http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1")
	vault := newSecrets()
	vault.Delay(secretTime)
	server := httptest.NewServer(vault)
	b.Cleanup(server.Close)
	slow := startSettings("http://127.0.0.1:1", server.URL, "http://127.0.0.1:1")

	names := append([]string{"testdata/empty"}, functions()...)
	for b.Loop() {
		var bare, waiting []*starting
		for _, name := range names {
			copies := copiesOf(b, name, b.TempDir())
			bare = append(bare, &starting{copies: copies, settings: refused})
			waiting = append(waiting, &starting{copies: copies, settings: slow})
		}
		for run := range startRuns + startCopies {
			for i := range names {
				bare[i].start(b, run) // the first start of each copy reads the file from the disk
				waiting[i].start(b, run)
			}
		}
		empty := bare[0]
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\nmedian of %d\texec to first ask\tagainst empty\texec to first answer\tagainst empty\tfirst ask, secret in %v\tzip\n", startRuns, secretTime)
		worst := 0.0
		for i, name := range names {
			s := bare[i]
			worst = max(worst, ratio(s.asks, empty.asks))
			fmt.Fprintf(table, "%s\t%s\t%.2f\t%s\t%.2f\t%s\t%.2f MB\n", name,
				milliseconds(median(s.asks)), ratio(s.asks, empty.asks), milliseconds(median(s.answers)), ratio(s.answers, empty.answers),
				milliseconds(median(waiting[i].asks)), float64(zipped(b, s.copies[0]))/1e6)
		}
		table.Flush()
		b.ReportMetric(worst, "worst/empty")
	}
}

// startSettings are the settings of any function, with these peers.
func startSettings(dynamoDB, secretsManager, weChat string) map[string]string {
	return map[string]string{
		"WXBIND_SECRET_ID": "wxbind", "WXBIND_SERVICES_SECRET_ID": "wxbind-services", "WXBIND_BINDINGS_TABLE": "b", "WXBIND_SESSIONS_TABLE": "s",
		"WXBIND_USERS_TABLE": "u", "WXBIND_EPHEMERAL_TABLE": "e",
		"AWS_ENDPOINT_URL_DYNAMODB": dynamoDB, "AWS_ENDPOINT_URL_SECRETS_MANAGER": secretsManager, "WECHAT_API_BASE": weChat,
	}
}

// copiesOf makes copies of a function's bootstrap in a folder.
func copiesOf(b testing.TB, name, folder string) (copies []string) {
	b.Helper()
	program, err := os.ReadFile(built(b, "./"+name))
	if err != nil {
		b.Fatal(err)
	}
	for i := range startCopies {
		path := filepath.Join(folder, fmt.Sprintf("%s-%d", filepath.Base(name), i))
		if err := os.WriteFile(path, program, 0o700); err != nil {
			b.Fatal(err)
		}
		copies = append(copies, path)
	}
	return copies
}

// start starts the function, and notes the time except for the first start of each copy.
func (s *starting) start(b *testing.B, run int) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	p := s.process(b, s.copies[run%startCopies])
	defer p.Stop()
	ask, err := p.Ready(ctx)
	if err != nil {
		b.Fatalf("%s: %v\n%s", s.copies[0], err, p.Abort())
	}
	given := time.Now()
	if _, err := p.Invoke(ctx, []byte(`{}`)); err != nil && ctx.Err() != nil {
		b.Fatalf("%v\n%s", err, p.Log()) // the authorizer's word on {} is a failure, and soon said
	}
	answer := ask + time.Since(given)
	if s.root != "" {
		if p.Stop(); strings.Contains(p.Log(), "not warm") {
			b.Fatal(p.Log())
		}
	}
	if run >= startCopies {
		s.asks, s.answers = append(s.asks, ask), append(s.answers, answer)
	}
}

func (s *starting) process(b *testing.B, bootstrap string) *lambdatest.Process {
	b.Helper()
	if s.root == "" {
		return lambdatest.Start(b, bootstrap, s.settings)
	}
	return lambdatest.StartIn(b, s.root, strings.TrimPrefix(bootstrap, s.root), s.settings)
}

func median(times []time.Duration) time.Duration { return percentile(times, 50) }

// percentile returns the smallest time that p percent of the times do not exceed.
func percentile(times []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)*p+99)/100-1]
}

// ratio returns the median of times divided by the median of others.
func ratio(times, others []time.Duration) float64 {
	return float64(median(times)) / float64(median(others))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}
