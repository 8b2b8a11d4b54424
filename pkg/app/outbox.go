package app

import (
	"errors"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/outboxstream"
)

const (
	// OutboxFunction is the function that delivers notices. It has no route: the stream of a table calls it.
	OutboxFunction = "outbox"
	// OutboxNeeds are what it stands on, besides the event bus.
	OutboxNeeds = needs.Outbox
)

// busSettings are what only that function reads: WXBIND_EVENT_BUS, the name or ARN of the bus; and AWS_ENDPOINT_URL_EVENTBRIDGE, else
// AWS_ENDPOINT_URL, "" for AWS's own endpoint.
type busSettings struct{ bus, endpoint string }

func busSettingsFrom(getenv func(string) string) (busSettings, error) {
	s := busSettings{bus: getenv("WXBIND_EVENT_BUS"), endpoint: getenv("AWS_ENDPOINT_URL_EVENTBRIDGE")}
	if s.endpoint == "" {
		s.endpoint = getenv("AWS_ENDPOINT_URL")
	}
	if s.bus == "" || getenv("WXBIND_OUTBOX_TABLE") == "" {
		return busSettings{}, errors.New("settings: WXBIND_EVENT_BUS and WXBIND_OUTBOX_TABLE must be set")
	}
	return s, nil
}

// StartOutbox runs the function that delivers notices, as Start runs others. main passes what makes the Sender of a bus, so that
// no other function links it.
func StartOutbox(newSender func(config aws.Config, endpoint, bus string) outbox.Sender, parts ...Part) {
	f := begin(OutboxFunction, OutboxNeeds, parts)
	s, err := busSettingsFrom(os.Getenv)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	handler := &outboxstream.Handler{Outbox: f.outbox, Sender: newSender(f.aws, s.endpoint, s.bus)}
	lambda.Start(handler.Answer)
}
