// Package eventbus puts notices on an event bus of Amazon EventBridge, each as an event of its own. Rules on the bus pass them on
// to whatever the platform has. docs/notices.md has their form and a pattern for a rule.
package eventbus

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
)

// What rules find the events by.
const (
	// Source is the source of each event.
	Source = "wxbind"
	// DetailType is the detail-type of each event. What has happened is the detail's type.
	DetailType = "wxbind notice"
)

// maxEntries is PutEvents' own limit for one request. Its other limit, 256 KB, is not reached: a notice has at most 2 KB, since an id
// of a user has at most 256 bytes.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
const maxEntries = 10

// Config configures a Sender.
type Config struct {
	// AWS is the SDK's configuration.
	AWS aws.Config
	// Endpoint is the address of EventBridge; "" means AWS's.
	Endpoint string
	// Bus is the bus's name or ARN.
	Bus string
}

// Sender implements outbox.Sender. It is safe for concurrent use.
type Sender struct {
	client *eventbridge.Client
	bus    string
}

var _ outbox.Sender = (*Sender)(nil)

// New makes a Sender.
func New(c Config) *Sender {
	client := eventbridge.NewFromConfig(c.AWS, func(o *eventbridge.Options) {
		if c.Endpoint != "" {
			o.BaseEndpoint = aws.String(c.Endpoint)
		}
	})
	return &Sender{client: client, bus: c.Bus}
}

// Send implements outbox.Sender. The bus may take some of a request and not others: what it took behind the first that it did not is
// sent again.
//
// Errors: the SDK's, or which error the bus gave for the first notice that it did not take.
func (s *Sender) Send(ctx context.Context, notices []login.Notice) (taken int, err error) {
	notices = notices[:min(len(notices), maxEntries)]
	entries := make([]types.PutEventsRequestEntry, len(notices))
	for i, n := range notices {
		detail, err := outbox.JSON(n)
		if err != nil {
			return 0, err
		}
		entries[i] = types.PutEventsRequestEntry{
			EventBusName: aws.String(s.bus), Source: aws.String(Source), DetailType: aws.String(DetailType),
			Detail: aws.String(string(detail)), Time: aws.Time(n.At),
		}
	}
	out, err := s.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		return 0, fmt.Errorf("eventbus: %w", err)
	}
	return front(out.Entries, len(entries))
}

// front counts what was taken before the first that was not.
func front(results []types.PutEventsResultEntry, sent int) (taken int, err error) {
	if len(results) != sent {
		return 0, errors.New("eventbus: the answer has another number of entries than the request")
	}
	for i, r := range results {
		if r.EventId == nil || r.ErrorCode != nil {
			return i, fmt.Errorf("eventbus: the bus did not take a notice: %s", aws.ToString(r.ErrorCode))
		}
	}
	return sent, nil
}
