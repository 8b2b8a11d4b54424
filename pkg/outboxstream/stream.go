// Package outboxstream delivers notices as the stream of DynamoDB's table of outboxes tells that some wait: it answers the events of a
// Lambda function.
package outboxstream

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
)

// userIDAttribute is the table's key.
const userIDAttribute = "userId"

// margin is what is left of the function's time when it stops delivering, to remove what was taken and to answer.
const margin = 2 * time.Second

// Handler delivers notices to a Sender.
type Handler struct {
	Outbox login.Outbox
	Sender outbox.Sender
}

// Answer delivers what waits of each user whom the records name, also what was written since. If something of a user is not delivered,
// others are all the same, and the response names the first record of such a user: Lambda sends the records from there on again.
func (h *Handler) Answer(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-margin))
		defer cancel()
	}
	var response events.DynamoDBEventResponse
	tried, delivered, failed := map[string]bool{}, 0, 0
	for _, r := range e.Records {
		key := r.Change.Keys[userIDAttribute]
		if key.DataType() != events.DataTypeString || tried[key.String()] {
			continue
		}
		tried[key.String()] = true
		n, err := outbox.Deliver(ctx, h.Outbox, h.Sender, key.String())
		delivered += n
		if err == nil {
			continue
		}
		if failed++; failed == 1 {
			response.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: r.Change.SequenceNumber}}
			slog.ErrorContext(ctx, "notices are not delivered: they wait, and are sent again", "userId", key.String(), "error", err.Error())
		}
	}
	slog.InfoContext(ctx, "notices", "records", len(e.Records), "users", len(tried), "delivered", delivered, "failedUsers", failed)
	return response, nil
}
