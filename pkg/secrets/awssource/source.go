// Package awssource reads the stored secret from AWS Secrets Manager, through the SDK's client. It is a package of its
// own so that a function that reads no secret does not link the client, which costs time at each start. See
// docs/decisions/secrets-manager-by-the-sdk.md.
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

// CurrentStage marks the version that everybody reads.
const CurrentStage = "AWSCURRENT"

// maxAnswer bounds how much of an answer is read: a secret, each byte of which JSON may write as six, and the rest of
// the answer.
const maxAnswer = 6*secrets.MaxSize + 16<<10

// Source implements secrets.Source on Secrets Manager.
type Source struct {
	// Client is made by NewClient.
	Client *secretsmanager.Client
}

var _ secrets.Source = Source{}

// New makes a Source. Settings, credentials, the Retryer and the HTTP client, which bounds each attempt, come from cfg.
// endpoint is the URL of Secrets Manager. "" means cfg's, which is AWS's own in the Region unless a setting says
// otherwise.
func New(cfg aws.Config, endpoint string) Source {
	return Source{NewClient(cfg, endpoint)}
}

// NewClient makes a client as New does. The client gives up on an answer that is too long for a secret.
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

// Current returns the current version of a secret, whether stored as text or as bytes, and the version's id.
//
// Errors: one that secrets.Reason understands.
func (s Source) Current(ctx context.Context, secretID string) (version string, value []byte, err error) {
	out, err := s.Client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &secretID,
		// AWS defaults to the current version; not every test engine does.
		VersionStage: aws.String(CurrentStage),
	})
	switch {
	case err != nil:
		return "", nil, err
	case out.SecretString != nil && out.SecretBinary != nil:
		return "", nil, upstream.Words("the answer has two values")
	case out.SecretString != nil:
		return aws.ToString(out.VersionId), []byte(*out.SecretString), nil
	case out.SecretBinary == nil:
		return "", nil, upstream.Words("the answer has no value")
	}
	return aws.ToString(out.VersionId), out.SecretBinary, nil
}

// whole is an HTTP client that reads an answer to its end, within the time limit. To the SDK, an answer that breaks off
// is then a network error, which it retries.
type whole struct{ aws.HTTPClient }

func (w whole) Do(req *http.Request) (*http.Response, error) {
	a, err := upstream.Ask(w.HTTPClient.Do, req, maxAnswer)
	if err != nil {
		return nil, err
	}
	if len(a.Body) > maxAnswer {
		return nil, tooLong{upstream.Words(fmt.Sprintf("the answer is longer than %d bytes", maxAnswer))}
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body))}, nil
}

// tooLong is an error that a retry does not fix.
type tooLong struct{ error }

func (t tooLong) Unwrap() error      { return t.error }
func (tooLong) RetryableError() bool { return false }
