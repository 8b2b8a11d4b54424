//go:build sam

package functions_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/testing/mototest"
	"github.com/wxbind/wxbind/pkg/testing/samtest"
)

// What sam build makes is fit for Lambda, for both processors. The artifacts for this
// machine's processor answer under Lambda's Runtime Interface Emulator, with the secret
// from moto's Secrets Manager. TestEvents plays every event, and SAM only adds the
// packaging. So one good event and one bad one of each function suffice here.
func TestSAMArtifacts(t *testing.T) {
	var rows []row
	for _, processor := range slices.Sorted(maps.Keys(machines)) {
		artifacts := artifactsOf(t, processor)
		played := map[string]*score{}
		for _, function := range slices.Sorted(maps.Keys(artifacts)) {
			a := artifacts[function]
			played[function] = &score{}
			if err := a.check(); err != nil {
				t.Errorf("%s for %s: %v", function, processor, err)
				continue
			}
			rows = append(rows, row{a, played[function]})
		}
		if machines[processor].goarch == runtime.GOARCH && !t.Failed() {
			playAll(t, processor, artifacts, played)
		}
	}
	printRows(t, rows)
}

// score counts the events of a function.
type score struct{ played, passed int }

// playAll plays the chosen events with the artifacts for this machine's processor.
func playAll(t *testing.T, processor string, artifacts map[string]*artifact, played map[string]*score) {
	t.Helper()
	emulator, vault := findEmulator(t, processor), newVault(t)
	var mu sync.Mutex
	t.Run("events", func(t *testing.T) {
		for _, c := range oneGoodOneBad() {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				t.Cleanup(func() {
					mu.Lock()
					defer mu.Unlock()
					of := played[c.Function()]
					of.played++
					if !t.Failed() {
						of.passed++
					}
				})
				s := newStage(t)
				s.settings["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = vault
				s.launch = func(function string) instance {
					return lambdatest.Emulate(t, emulator, artifacts[function].bootstrap(), s.settings)
				}
				s.perform(c)
			})
		}
	})
	t.Run("notices", func(t *testing.T) { // one is delivered, and then one is not
		s, of := newOutboxStage(t), played[app.OutboxFunction]
		p := lambdatest.Emulate(t, emulator, artifacts[app.OutboxFunction].bootstrap(), s.settings)
		for _, user := range []string{"user-1", "refused-1"} {
			s.happen(2, user)
			of.played++
			if again := s.invokeWith(p, s.read()); (again != "") != strings.HasPrefix(user, "refused") {
				t.Errorf("of %s Lambda would begin again at %q", user, again)
				continue
			}
			of.passed++
		}
	})
	for function, of := range played {
		if of.played != 2 {
			t.Errorf("%d events of %s were played, want a good one and a bad one", of.played, function)
		}
	}
}

// oneGoodOneBad returns, for each function, the first event that succeeds and the first
// that it refuses.
func oneGoodOneBad() []events.Case {
	type kind struct {
		function string
		refused  bool
	}
	var chosen []events.Case
	found := map[kind]bool{}
	for _, c := range events.Cases() {
		k := kind{c.Function(), c.Error != "" || c.Holds["isAuthorized"] == false}
		if !found[k] {
			found[k] = true
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// findEmulator returns the path of the emulator that the SAM CLI includes.
func findEmulator(t *testing.T, processor string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Fatalf("Lambda's emulator is a program for Linux, and this is %s", runtime.GOOS)
	}
	pattern := filepath.Join(samtest.Folder(t, samtest.CLI), "lib", "python*", "site-packages", "samcli", "local", "rapid", "aws-lambda-rie-"+processor)
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("the SAM CLI brings no emulator: %s is %v, %v", pattern, found, err)
	}
	return found[0]
}

// newVault starts a Secrets Manager with both secrets, and returns its URL.
func newVault(t *testing.T) string {
	t.Helper()
	url := mototest.Start(t)
	client := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
	for name, text := range map[string]string{"wxbind": secret(), "wxbind-services": services()} {
		if _, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &text}); err != nil {
			t.Fatal(err)
		}
	}
	return url
}

// row is a line of the table.
type row struct {
	*artifact
	*score
}

// printRows prints the table at the end of make sam-check: the artifacts that are fit.
func printRows(t *testing.T, rows []row) {
	t.Helper()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\nfunction\tprocessor\tELF\tzip, MB\tevents run\tpassed\n")
	for _, r := range rows {
		ran := fmt.Sprintf("%d\t%d", r.played, r.passed)
		if machines[r.processor].goarch != runtime.GOARCH {
			ran = "-\tnot this machine's"
		}
		fmt.Fprintf(table, "%s\t%s\t64 bits, static, %v\t%.2f\t%s\n",
			r.function, r.processor, machines[r.processor].elf, float64(r.zipSize)/1e6, ran)
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
}
