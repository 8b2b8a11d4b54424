package secrets_test

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

// access is who calls; the bubble's double checks it.
var access = aws.Credentials{AccessKeyID: "test", SecretAccessKey: "S3CRETtest", SessionToken: "S3CRETsession"}

// client is a Client that never repeats a call, so that calls can be counted.
func client(endpoint string, transport http.RoundTripper) *secrets.Client {
	return patientClient(endpoint, transport, aws.NopRetryer{})
}

func patientClient(endpoint string, transport http.RoundTripper, retryer aws.Retryer) *secrets.Client {
	return clientIn("us-east-1", endpoint, transport, retryer)
}

func clientIn(region, endpoint string, transport http.RoundTripper, retryer aws.Retryer) *secrets.Client {
	return secrets.NewClient(secrets.ClientConfig{
		Region: region, Endpoint: endpoint, Retryer: retryer, Transport: transport,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return access, nil }),
	})
}

// bubble serves the double within a synctest bubble, over pipes instead of
// sockets, so that delays and deadlines pass in no time.
func bubble(t *testing.T) (*secretstest.Server, *http.Transport) {
	double := &secretstest.Server{Access: access, Region: "us-east-1"}
	listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: double}
	go func() { _ = server.Serve(listener) }()
	transport := &http.Transport{DialContext: listener.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	return double, transport
}

// pipes is a net.Listener whose connections are pipes.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }
