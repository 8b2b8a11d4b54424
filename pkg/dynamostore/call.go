package dynamostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/upstream"
)

const (
	// patience bounds a call whose context has no earlier deadline.
	patience = 10 * time.Second
	// attempts is how many times the SDK sends a request that fails.
	attempts = 3
	// firstBackoff and maxBackoff bound the wait before a retry.
	firstBackoff = 25 * time.Millisecond
	maxBackoff   = 200 * time.Millisecond
)

// Retryer returns a retryer that suits a Store: 3 attempts, at most 200 ms apart. The SDK's default waits up to 20 s,
// longer than a login may take.
func Retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
			return backoff(attempt - 1), nil // the SDK counts from 1
		})
	})
}

// backoff is how long to wait before a retry. The first retry is number 0.
func backoff(repeat int) time.Duration {
	return upstream.Jitter(min(firstBackoff<<min(repeat, 8), maxBackoff))
}

// pause waits before a retry. It returns false if the context ends first.
func pause(ctx context.Context, repeat int) bool { return upstream.Pause(ctx, backoff(repeat), 0) }

// call sends one request, and repeats it while another request is in its way. The SDK retries lost connections,
// throttling and DynamoDB's own faults, but not transaction conflicts. Each repeat is the same request, with the same
// token.
//
// Errors: *refused, or what failure returns.
func call[In, Out any](
	ctx context.Context, name string,
	send func(context.Context, *In, ...func(*dynamodb.Options)) (*Out, error), in *In,
) (*Out, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for repeat := 0; ; repeat++ {
		out, err := send(ctx, in)
		if err == nil {
			return out, nil
		}
		if no := asRefused(err); no != nil {
			return nil, no
		}
		if !inTheWay(err) {
			return nil, failure(name, err)
		}
		if !pause(ctx, repeat) {
			return nil, failure(name, errors.Join(err, ctx.Err()))
		}
	}
}

// The codes of types.CancellationReason that matter here. A transaction that
// fails for one item has "None" for the others.
const (
	reasonNone      = "None"
	reasonCondition = "ConditionalCheckFailed"
)

// passing are the reasons that may not recur on a retry.
var passing = []string{"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"}

// inTheWay reports whether a request failed only because of concurrent requests.
func inTheWay(err error) bool {
	if canceled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return slices.ContainsFunc(canceled.CancellationReasons, func(r types.CancellationReason) bool {
			return slices.Contains(passing, aws.ToString(r.Code))
		})
	}
	_, conflict := errors.AsType[*types.TransactionConflictException](err)
	_, inProgress := errors.AsType[*types.TransactionInProgressException](err)
	return conflict || inProgress
}

// refused means that DynamoDB understood a request and did not execute it, because one of its conditions does not hold.
// It never leaves the package.
type refused struct {
	// items has an entry for each item of the request, in the request's order.
	items []refusal
}

// refusal is what a condition found.
type refusal struct {
	// broken means that the condition on this item does not hold.
	broken bool
	// stored is the item that the failed condition found, nil for none.
	stored item
}

func (*refused) Error() string { return "dynamostore: a condition does not hold" }

// asRefused returns nil unless failed conditions, and nothing else, stopped a request.
func asRefused(err error) *refused {
	if check, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return &refused{[]refusal{{broken: true, stored: check.Item}}}
	}
	canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || len(canceled.CancellationReasons) == 0 {
		return nil
	}
	no := &refused{}
	for _, reason := range canceled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case reasonNone:
			no.items = append(no.items, refusal{})
		case reasonCondition:
			no.items = append(no.items, refusal{broken: true, stored: reason.Item})
		default:
			return nil
		}
	}
	return no
}
