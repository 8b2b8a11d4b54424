package secrets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/wxbind/wxbind/pkg/login"
)

// fetch gets and reads the secret once.
//
// Errors: login.SecretUnavailable, without anything that the secret holds.
func (m *Manager) fetch(ctx context.Context) (*login.Secret, error) {
	raw, err := m.config.Source.Value(ctx, m.config.SecretID)
	if err != nil {
		return nil, m.unavailable(Reason(ctx, err))
	}
	secret, err := Parse(raw)
	if err != nil {
		return nil, m.unavailable(err)
	}
	return secret, nil
}

func (m *Manager) unavailable(cause error) error {
	return &login.Error{
		Code:       login.SecretUnavailable,
		RetryAfter: retryAfter,
		Cause:      fmt.Errorf("secret %s: %w", m.config.SecretID, cause),
	}
}

// Reason keeps of an error of a Source, or of the SDK, what an operator needs. Their own
// texts may hold parts of an answer that could not be read.
func Reason(ctx context.Context, err error) error {
	if refused, ok := errors.AsType[refused](err); ok {
		id := "none"
		if answer, ok := errors.AsType[identified](err); ok && answer.ServiceRequestID() != "" {
			id = answer.ServiceRequestID()
		}
		return fmt.Errorf("Secrets Manager answers %s (request id %s)", refused.ErrorCode(), id)
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) { // the request's end, or an attempt's
		return fmt.Errorf("Secrets Manager did not answer in time: %w", cmp.Or(ctx.Err(), context.DeadlineExceeded))
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("Secrets Manager cannot be reached: %w", network)
	}
	if answer, ok := errors.AsType[unreadable](err); ok {
		return fmt.Errorf("Secrets Manager's answer cannot be used: %w", answer)
	}
	return fmt.Errorf("Secrets Manager was not asked, or its answer cannot be read (%s)", kinds(err))
}

// refused and identified are errors of a Client, and of the SDK, about an answer.
type (
	refused interface {
		error
		ErrorCode() string
	}
	identified interface {
		error
		ServiceRequestID() string
	}
)

// kinds names the types that an error is made of, outermost first.
func kinds(err error) string {
	text := fmt.Sprintf("%T", err)
	for err = errors.Unwrap(err); err != nil; err = errors.Unwrap(err) {
		text += fmt.Sprintf(" > %T", err)
	}
	return text
}
