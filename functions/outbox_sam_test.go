//go:build sam

package functions_test

import (
	"context"
	"os"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/testing/mototest"
)

// The built function puts notices on a bus of moto's EventBridge, where the pattern of docs/notices.md finds those that it is about.
func TestSAMOutboxOnABus(t *testing.T) {
	page, err := os.ReadFile("../docs/notices.md")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`(?m)^\{"source".*\}$`).FindString(string(page))
	s := newOutboxStage(t)
	endpoint := mototest.Start(t)
	s.settings["AWS_ENDPOINT_URL_EVENTBRIDGE"] = endpoint
	client := eventbridge.New(eventbridge.Options{
		BaseEndpoint: aws.String(endpoint), Region: "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
	bus, err := client.CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("platform")})
	if err != nil {
		t.Fatal(err)
	}
	for name, events := range map[string]string{"all": `{"source":["wxbind"]}`, "deletions": pattern} {
		if _, err := client.CreateArchive(t.Context(), &eventbridge.CreateArchiveInput{
			ArchiveName: aws.String(name), EventSourceArn: bus.EventBusArn, EventPattern: aws.String(events),
		}); err != nil {
			t.Fatalf("%s: %v", events, err)
		}
	}
	s.happen(2, "user-1", "user-2", "user-3")
	for _, id := range []string{"user-1", "user-2"} {
		u, err := s.store.UserByID(t.Context(), id)
		if err == nil {
			err = s.store.DeleteUser(t.Context(), u)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if again := s.invokeWith(s.start(app.OutboxFunction), s.read()); again != "" {
		t.Fatalf("Lambda would begin again at %s", again)
	}
	for name, want := range map[string]int64{"all": 8, "deletions": 2} {
		archive, err := client.DescribeArchive(t.Context(), &eventbridge.DescribeArchiveInput{ArchiveName: aws.String(name)})
		if err != nil || archive.EventCount != want {
			t.Errorf("%s has %d events, want %d; %v", name, archive.EventCount, want, err)
		}
	}
}
