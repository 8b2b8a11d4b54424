package secrets_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// transportFunc is a network of one function.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The SDK knows the endpoint of each Region.
func TestEndpointIsTheSDKs(t *testing.T) {
	for _, region := range []string{
		"us-east-1", "eu-central-1", "ap-southeast-7", "mx-central-1", "il-central-1", "cn-north-1", "cn-northwest-1", "us-gov-west-1",
		"eusc-de-east-1", "us-iso-east-1", "us-isob-west-1", "eu-isoe-west-1", "us-isof-south-1", "xx-new-1",
	} {
		want, err := secretsmanager.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), secretsmanager.EndpointParameters{Region: aws.String(region)})
		if err != nil {
			t.Fatal(err)
		}
		asked := ""
		c := clientIn(region, "", transportFunc(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return nil, errors.New("no network")
		}), aws.NopRetryer{})
		if _, err := c.Value(t.Context(), id); err == nil || asked != want.URI.String() {
			t.Errorf("%s: %s is asked (%v), want %s", region, asked, err, want.URI.String())
		}
	}
}
