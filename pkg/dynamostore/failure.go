package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// failure returns StoreUnavailable for a request that DynamoDB did not answer well. It says what an operator needs and
// drops err itself: DynamoDB's messages repeat keys, and errors of net/http contain the whole URL.
func failure(name string, err error) error {
	return login.Unavailable(&requestError{
		text: "dynamostore: " + name + ": " + describe(err),
		end:  contextEnd(err),
	})
}

// requestError is the part of an error that may be shown.
type requestError struct {
	text string
	// end is context.Canceled or context.DeadlineExceeded if that was the cause.
	end error
}

func (e *requestError) Error() string { return e.text }

// Unwrap lets errors.Is find the context's error.
func (e *requestError) Unwrap() error { return e.end }

func contextEnd(err error) error {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return end
		}
	}
	return nil
}

// describe returns AWS's error code and request id, or what went wrong on the way there.
func describe(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		text := api.ErrorCode()
		if canceled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
			text += fmt.Sprint(reasonsOf(canceled))
		}
		if answer, ok := errors.AsType[interface {
			error
			HTTPStatusCode() int
		}](err); ok {
			text += fmt.Sprintf(", status %d", answer.HTTPStatusCode())
		}
		if answer, ok := errors.AsType[interface {
			error
			ServiceRequestID() string
		}](err); ok {
			text += ", request " + answer.ServiceRequestID()
		}
		return text
	}
	return upstream.Describe(err)
}

func reasonsOf(canceled *types.TransactionCanceledException) []string {
	var codes []string
	for _, reason := range canceled.CancellationReasons {
		codes = append(codes, aws.ToString(reason.Code))
	}
	return codes
}

// unreadable returns StoreUnavailable for an item that a Store would not write this way.
func unreadable(noun string, attributes []string) error {
	return login.Unavailable(fmt.Errorf("dynamostore: an item of %s has bad attributes: %s", noun, strings.Join(attributes, ", ")))
}
