package secrets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// fetch gets and parses the secret once.
//
// Errors: login.SecretUnavailable, without anything that the secret holds.
func (m *cache[T]) fetch(ctx context.Context) (*T, error) {
	raw, err := m.config.Source.Value(ctx, m.config.SecretID)
	if err != nil {
		return nil, m.unavailable(m.reason(ctx, err))
	}
	secret, err := m.parse(ctx, raw)
	if err != nil {
		return nil, m.unavailable(err)
	}
	return secret, nil
}

func (m *cache[T]) unavailable(cause error) error {
	return login.Because(login.SecretUnavailable, fmt.Errorf("secret %s: %w", m.config.SecretID, cause))
}

// Reason reduces an error of a Source, or of the SDK, to what an operator needs. The errors' own texts may contain
// parts of an answer that could not be read, and AWS's messages may name roles and keys.
func Reason(ctx context.Context, err error) error {
	if said := refusal(err); said != "" {
		return fmt.Errorf("Secrets Manager answers %s (request id %s)", said, requestID(err))
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) { // the request's end, or an attempt's
		return fmt.Errorf("Secrets Manager did not answer in time: %w", cmp.Or(ctx.Err(), context.DeadlineExceeded))
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("Secrets Manager cannot be reached: %w", network)
	}
	if words, ok := errors.AsType[upstream.Words](err); ok {
		return fmt.Errorf("Secrets Manager's answer cannot be used: %w", words)
	}
	return fmt.Errorf("Secrets Manager was not asked, or its answer cannot be read (%s)", kinds(err))
}

// refusal returns AWS's error code of the answer, or the status if there is no code; "" if no error was answered.
func refusal(err error) string {
	answer, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err)
	if !ok || answer.HTTPStatusCode() < http.StatusMultipleChoices { // 0 if nothing was answered
		return ""
	}
	const none = "UnknownError" // the SDK's text
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != none && consists(api.ErrorCode(), letters) {
		return api.ErrorCode()
	}
	return fmt.Sprintf("HTTP status %d", answer.HTTPStatusCode())
}

// requestID returns the id that AWS's support asks for.
func requestID(err error) string {
	answer, ok := errors.AsType[interface {
		error
		ServiceRequestID() string
	}](err)
	if !ok || !consists(answer.ServiceRequestID(), letters+"0123456789-") {
		return "none"
	}
	return answer.ServiceRequestID()
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// consists reports whether s is a short word of these characters.
func consists(s, of string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, of) == ""
}

// kinds names the types of an error and of its causes, outermost first.
func kinds(err error) string {
	var chains []string
	for _, chain := range upstream.Chains(err) {
		chains = append(chains, strings.Join(chain, " > "))
	}
	return strings.Join(chains, "; ")
}
