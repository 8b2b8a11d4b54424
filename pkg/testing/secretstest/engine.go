package secretstest

import (
	"context"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/pkg/testing/mototest"
	"github.com/wxbind/wxbind/pkg/testing/samtest"
)

// Engine is a Secrets Manager over HTTP, with a way for a test to store a secret.
type Engine struct {
	URL       string
	Put       func(t *testing.T, id, value string)
	PutBinary func(t *testing.T, id string, value []byte)
}

// Engines returns a Server and, if samtest.Moto is set, moto's.
func Engines(t *testing.T) map[string]Engine {
	t.Helper()
	double := &Server{}
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	all := map[string]Engine{"double": {
		URL:       server.URL,
		Put:       func(_ *testing.T, id, value string) { double.Put(id, value) },
		PutBinary: func(_ *testing.T, id string, value []byte) { double.PutBinary(id, value) },
	}}
	if os.Getenv(samtest.Moto) != "" {
		all["moto"] = motoEngine(mototest.Start(t))
	}
	return all
}

func motoEngine(url string) Engine {
	client := SDKClient(url, aws.NopRetryer{})
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
	return Engine{
		URL: url,
		Put: func(t *testing.T, id, value string) {
			t.Helper()
			put(t, id, secretsmanager.PutSecretValueInput{SecretString: &value})
		},
		PutBinary: func(t *testing.T, id string, value []byte) {
			t.Helper()
			put(t, id, secretsmanager.PutSecretValueInput{SecretBinary: value})
		},
	}
}

// SDKClient returns the SDK's client of an engine or a Server.
func SDKClient(url string, retryer aws.Retryer) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region:       "us-east-1",
		BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
		Retryer: retryer,
	})
}
