package secrets

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/login"
)

// fetch gets and reads the secret once.
//
// Errors: login.SecretUnavailable, without anything that the secret holds.
func (m *Manager) fetch(ctx context.Context) (*login.Secret, error) {
	out, err := m.config.Client.GetSecretValue(ctx, valueOfNow(m.config.SecretID))
	if err != nil {
		return nil, m.unavailable(reason(ctx, err))
	}
	secret, err := Parse(valueOf(out))
	if err != nil {
		return nil, m.unavailable(err)
	}
	return secret, nil
}

// currentStage is the version that everybody reads.
const currentStage = "AWSCURRENT"

// valueOfNow asks for the current version. AWS takes it for granted; not every
// engine for tests does.
func valueOfNow(secretID string) *secretsmanager.GetSecretValueInput {
	return &secretsmanager.GetSecretValueInput{SecretId: &secretID, VersionStage: aws.String(currentStage)}
}

// valueOf is the value in an answer, whichever way it was stored.
func valueOf(out *secretsmanager.GetSecretValueOutput) []byte {
	if out.SecretString != nil {
		return []byte(*out.SecretString)
	}
	return out.SecretBinary
}

func (m *Manager) unavailable(cause error) error {
	return &login.Error{
		Code:       login.SecretUnavailable,
		RetryAfter: retryAfter,
		Cause:      fmt.Errorf("secret %s: %w", m.config.SecretID, cause),
	}
}

// reason keeps of an error of the SDK what an operator needs. The SDK's own text
// may hold parts of an answer that it could not read.
func reason(ctx context.Context, err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		id := "none"
		if answer, ok := errors.AsType[identified](err); ok {
			id = answer.ServiceRequestID()
		}
		return fmt.Errorf("Secrets Manager answers %s (request id %s)", api.ErrorCode(), id)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("Secrets Manager did not answer in time: %w", ctx.Err())
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("Secrets Manager cannot be reached: %w", network)
	}
	return fmt.Errorf("Secrets Manager was not asked, or its answer cannot be read (%s)", kinds(err))
}

// identified is an error of the SDK about an answer.
type identified interface {
	error
	ServiceRequestID() string
}

// kinds names the types that an error is made of, outermost first.
func kinds(err error) string {
	text := fmt.Sprintf("%T", err)
	for err = errors.Unwrap(err); err != nil; err = errors.Unwrap(err) {
		text += fmt.Sprintf(" > %T", err)
	}
	return text
}
