package app

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// AttemptTimeout bounds each attempt at a call to AWS, here and in the commands.
const AttemptTimeout = 2 * time.Second

// useAWS sets up what all calls to AWS share, unless that is done already.
func (f *function) useAWS() {
	if f.transport == nil {
		f.transport = newTransport()
		f.aws = awsConfig(f.settings, f.transport, &f.warming)
	}
}

// awsConfig builds the config by hand from what Lambda puts into the environment.
// config.LoadDefaultConfig would make an empty function's start several times as
// long, and links sso, sts and imds. See docs/decisions/aws-config-by-hand.md.
//
// While warming is true, nothing is retried: a start does not wait for somebody
// else's outage.
func awsConfig(s Settings, transport http.RoundTripper, warming *atomic.Bool) aws.Config {
	credentials := aws.Credentials{
		AccessKeyID: s.accessKeyID, SecretAccessKey: s.secretAccessKey, SessionToken: s.sessionToken,
		Source: "environment",
	}
	return aws.Config{
		Region: s.Region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
		HTTPClient: upstream.Client(transport, AttemptTimeout),
		Retryer:    func() aws.Retryer { return patient{dynamostore.Retryer(), warming} },
	}
}

// patient is a retryer that gives up at once while the function starts.
type patient struct {
	aws.Retryer
	warming *atomic.Bool
}

func (p patient) IsErrorRetryable(err error) bool {
	return !p.warming.Load() && p.Retryer.IsErrorRetryable(err)
}

// newTransport keeps connections open. It drops those that the peer has closed while
// the function was frozen. How long one may be idle is not critical: the SDK repeats a
// call that meets the end of its connection.
func newTransport() http.RoundTripper {
	return upstream.Thaw(upstream.NewTransport(upstream.TransportConfig{}), nil)
}

// endpoint turns a setting into the SDK's optional endpoint.
func endpoint(url string) *string {
	if url == "" {
		return nil
	}
	return aws.String(url)
}
