// Package awssource reads the stored secret from AWS Secrets Manager, by the SDK's client.
// It stands alone so that a function that reads no secret does not link the client, which
// costs time at each start. See docs/decisions/secrets-manager-by-the-sdk.md.
package awssource

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// CurrentStage is the version that everybody reads.
const CurrentStage = "AWSCURRENT"

// maxAnswer bounds what is read of an answer: a secret, each byte of which JSON may write
// as six, and what stands beside it.
const maxAnswer = 6*secrets.MaxSize + 16<<10

// Source is a secrets.Source on Secrets Manager.
type Source struct {
	// Client is one that NewClient made.
	Client *secretsmanager.Client
}

var _ secrets.Source = Source{}

// New makes a Source. Settings, credentials and the Retryer are cfg's, and so is the HTTP
// client, which bounds each attempt. endpoint is the URL of Secrets Manager; "" means the
// one that cfg knows, which is AWS's own in the Region unless a setting says otherwise.
func New(cfg aws.Config, endpoint string) Source {
	return Source{NewClient(cfg, endpoint)}
}

// NewClient makes a client as New does. It gives up an answer that is too long for a secret.
func NewClient(cfg aws.Config, endpoint string) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
		o.HTTPClient = whole{o.HTTPClient}
	})
}

// Value implements secrets.Source.
func (s Source) Value(ctx context.Context, secretID string) ([]byte, error) {
	_, value, err := s.Current(ctx, secretID)
	return value, err
}

// Current gives the current version of a secret, whichever way it was stored, and the
// version's id.
//
// Errors: one that secrets.Reason understands.
func (s Source) Current(ctx context.Context, secretID string) (version string, value []byte, err error) {
	out, err := s.Client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &secretID,
		// AWS takes the current version for granted; not every engine for tests does.
		VersionStage: aws.String(CurrentStage),
	})
	switch {
	case err != nil:
		return "", nil, err
	case out.SecretString != nil && out.SecretBinary != nil:
		return "", nil, upstream.Words("the answer gives two values")
	case out.SecretString != nil:
		return aws.ToString(out.VersionId), []byte(*out.SecretString), nil
	case out.SecretBinary == nil:
		return "", nil, upstream.Words("the answer gives no value")
	}
	return aws.ToString(out.VersionId), out.SecretBinary, nil
}

// whole is an HTTP client that reads an answer to its end, if that comes in time: one that
// breaks off is an error of the network to the SDK, and asked for again.
type whole struct{ aws.HTTPClient }

func (w whole) Do(req *http.Request) (*http.Response, error) {
	a, err := upstream.Ask(w.HTTPClient.Do, req, maxAnswer)
	if err != nil {
		return nil, err
	}
	if len(a.Body) > maxAnswer {
		return nil, tooLong{upstream.Words(fmt.Sprintf("the answer is over %d bytes long", maxAnswer))}
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body))}, nil
}

// tooLong is an error that asking again does not mend.
type tooLong struct{ error }

func (t tooLong) Unwrap() error      { return t.error }
func (tooLong) RetryableError() bool { return false }
