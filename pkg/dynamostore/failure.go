package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/login"
)

// failure is StoreUnavailable for a request that DynamoDB did not answer well.
// It says what an operator needs and drops err itself: DynamoDB's messages
// repeat keys, and an error of net/http has the whole URL.
func failure(name string, err error) error {
	return login.Unavailable(&requestError{
		text: "dynamostore: " + name + ": " + describe(err),
		end:  contextEnd(err),
	})
}

// requestError is the part of an error that may be shown.
type requestError struct {
	text string
	// end is context.Canceled or context.DeadlineExceeded if that was the reason.
	end error
}

func (e *requestError) Error() string { return e.text }

// Unwrap lets errors.Is find the context's end.
func (e *requestError) Unwrap() error { return e.end }

func contextEnd(err error) error {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return end
		}
	}
	return nil
}

// describe gives AWS's error code and request id, or the kind of a failure on
// the way there.
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
	if end := contextEnd(err); end != nil {
		return end.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "lookup of " + dns.Name + " failed"
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return "timeout"
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "connection closed"
	}
	return fmt.Sprintf("no answer (%T)", innermost(err))
}

func reasonsOf(canceled *types.TransactionCanceledException) []string {
	var codes []string
	for _, reason := range canceled.CancellationReasons {
		codes = append(codes, aws.ToString(reason.Code))
	}
	return codes
}

// innermost follows the chain of causes to its end.
func innermost(err error) error {
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}

// unreadable is StoreUnavailable for an item that is not as a Store writes it.
func unreadable(noun string, attributes []string) error {
	return login.Unavailable(fmt.Errorf("dynamostore: an item of %s is broken in %s", noun, strings.Join(attributes, ", ")))
}
