package secrets_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/testing/pipetest"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// client is a Source that never retries a call, so that calls can be counted.
func client(endpoint string, transport http.RoundTripper) awssource.Source {
	return awssource.New(aws.Config{
		Region: "us-east-1", HTTPClient: upstream.Client(transport, 2*time.Second),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "S3CRETtest"}, nil
		}),
	}, endpoint)
}

// bubble serves the double within a synctest bubble.
func bubble(t *testing.T) (*secretstest.Server, *http.Transport) {
	double := &secretstest.Server{}
	return double, pipetest.Serve(t, double)
}
