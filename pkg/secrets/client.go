package secrets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	// attemptTime bounds one attempt, from the dial to the last byte of the answer.
	attemptTime = 2 * time.Second
	// maxAnswer bounds what is read of an answer: a secret, each byte of which JSON may
	// write as six, and what stands beside it.
	maxAnswer = 6*maxSecret + 16<<10
)

// ClientConfig sets up a Client.
type ClientConfig struct {
	// Region is the AWS Region, such as cn-north-1.
	Region string
	// Endpoint is the URL of Secrets Manager. "" means AWS's own in the Region.
	Endpoint    string
	Credentials aws.CredentialsProvider
	// Retryer says what is tried again, how often and when.
	Retryer aws.Retryer
	// Transport makes the requests. It should bound a dial.
	Transport http.RoundTripper
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
}

// Client is a Source on Secrets Manager: its one call GetSecretValue, without the SDK's
// client, which makes a function start later. See docs/decisions/one-call-by-hand.md.
type Client struct {
	config ClientConfig
	signer *v4.Signer
}

var _ Source = (*Client)(nil)

// NewClient makes a Client.
func NewClient(c ClientConfig) *Client {
	if c.Endpoint == "" {
		c.Endpoint = endpointIn(c.Region)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Client{config: c, signer: v4.NewSigner()}
}

// Value gives the current version of a secret, by the attempts that the Retryer allows:
// the SDK's own loop makes them. To ask again changes nothing.
//
// Errors: one that Reason understands.
func (c *Client) Value(ctx context.Context, secretID string) ([]byte, error) {
	// AWS takes the current version for granted; not every engine for tests does.
	call, err := json.Marshal(map[string]string{"SecretId": secretID, "VersionStage": "AWSCURRENT"})
	if err != nil {
		return nil, err
	}
	var value []byte
	attempts := retry.NewAttemptMiddleware(c.config.Retryer, func(request any) any { return request })
	_, _, err = attempts.HandleFinalize(ctx, middleware.FinalizeInput{}, middleware.FinalizeHandlerFunc(
		func(ctx context.Context, _ middleware.FinalizeInput) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
			value, err = c.ask(ctx, call)
			return out, metadata, err
		},
	))
	return value, err
}

// ask makes one attempt.
//
// Errors: *refusal; unreadable; lost.
func (c *Client) ask(ctx context.Context, call []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	req, err := c.signed(ctx, call)
	if err != nil {
		return nil, err
	}
	// The transport itself, not an http.Client: that follows redirects, with the
	// session's token.
	resp, err := c.config.Transport.RoundTrip(req)
	if err != nil {
		return nil, lost(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, lost(err)
	case resp.StatusCode != http.StatusOK:
		return nil, newRefusal(resp, body)
	}
	return readValue(body)
}

// lost is an error of the network. Retryers know it by this type, which the SDK gives it.
func lost(err error) error { return &smithyhttp.RequestSendError{Err: err} }

// signed makes a request of AWS's JSON protocol, signed as of now:
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
func (c *Client) signed(ctx context.Context, call []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.Endpoint, bytes.NewReader(call))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"User-Agent":   {"wxbind"},
		"X-Amz-Target": {"secretsmanager.GetSecretValue"},
	}
	credentials, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(call)
	err = c.signer.SignHTTP(ctx, credentials, req, hex.EncodeToString(hash[:]), "secretsmanager", c.config.Region, c.config.Now())
	return req, err
}
