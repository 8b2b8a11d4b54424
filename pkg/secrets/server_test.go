package secrets_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/pkg/secrets/secretstest"
)

// sdkClient is the SDK's client, which never repeats a call, so that calls can be counted.
func sdkClient(endpoint string, transport http.RoundTripper) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region:       "us-east-1",
		BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
		HTTPClient: &http.Client{Transport: transport},
		Retryer:    aws.NopRetryer{},
	})
}

// bubble serves the double within a synctest bubble, over pipes instead of
// sockets, so that delays and deadlines pass in no time.
func bubble(t *testing.T) (*secretstest.Server, *secretsmanager.Client) {
	double := &secretstest.Server{}
	listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: double}
	go func() { _ = server.Serve(listener) }()
	transport := &http.Transport{DialContext: listener.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	return double, sdkClient("http://double", transport)
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

// engine is a Secrets Manager over HTTP, and how a test puts a secret into it.
type engine struct {
	client    *secretsmanager.Client
	put       func(t *testing.T, id, value string)
	putBinary func(t *testing.T, id string, value []byte)
}

// engines are the double, and moto's server where that is installed.
func engines(t *testing.T) map[string]engine {
	double := &secretstest.Server{}
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	all := map[string]engine{"double": {
		client:    sdkClient(server.URL, http.DefaultTransport),
		put:       func(_ *testing.T, id, value string) { double.Put(id, value) },
		putBinary: func(_ *testing.T, id string, value []byte) { double.PutBinary(id, value) },
	}}
	if path, err := exec.LookPath("moto_server"); err == nil {
		all["moto"] = motoEngine(sdkClient(startMoto(t, path), http.DefaultTransport))
	}
	return all
}

func motoEngine(client *secretsmanager.Client) engine {
	put := func(t *testing.T, id string, in secretsmanager.PutSecretValueInput) {
		t.Helper()
		_, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
			Name: &id, SecretString: in.SecretString, SecretBinary: in.SecretBinary,
		})
		if err != nil { // it exists
			in.SecretId = &id
			_, err = client.PutSecretValue(t.Context(), &in)
		}
		if err != nil {
			t.Fatalf("moto does not take the secret: %v", err)
		}
	}
	return engine{
		client: client,
		put: func(t *testing.T, id, value string) {
			put(t, id, secretsmanager.PutSecretValueInput{SecretString: &value})
		},
		putBinary: func(t *testing.T, id string, value []byte) {
			put(t, id, secretsmanager.PutSecretValueInput{SecretBinary: value})
		},
	}
}

// startMoto starts moto's server on a free port and gives its address.
func startMoto(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.Command(path, "-H", "127.0.0.1", "-p", "0")
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatalf("moto_server is on the PATH, but does not start: %v", err)
	}
	exited := make(chan struct{})
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
	})
	go func() {
		_ = cmd.Wait()
		_ = in.Close()
		close(exited)
	}()

	address, said := make(chan string, 1), make(chan string, 1)
	go func() {
		text := ""
		for lines := bufio.NewScanner(out); lines.Scan(); {
			text += lines.Text() + "\n"
			if m := regexp.MustCompile(`Running on (http://\S+)`).FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
		said <- text
	}()
	select {
	case a := <-address:
		return a
	case text := <-said:
		t.Fatalf("moto_server is on the PATH, but ended at once:\n%s", text)
	case <-time.After(2 * time.Minute):
		t.Fatal("moto_server is on the PATH, but has not said where it listens for 2 minutes")
	}
	return ""
}
