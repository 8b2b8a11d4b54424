package vault

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/pkg/secrets"
)

// currentStage is the version that everybody reads.
const currentStage = "AWSCURRENT"

// Source is a secrets.Source on the SDK's client, for commands: they are to find their
// credentials, proxies and endpoints as the AWS CLI does.
type Source struct{ Client Client }

var _ secrets.Source = Source{}

// Value implements secrets.Source.
func (s Source) Value(ctx context.Context, secretID string) ([]byte, error) {
	_, raw, err := read(ctx, s.Client, secretID)
	return raw, err
}

// read gives the current version of a secret, whichever way it was stored, and its id.
func read(ctx context.Context, client Client, secretID string) (version string, raw []byte, err error) {
	// AWS takes the current version for granted; not every engine for tests does.
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secretID, VersionStage: aws.String(currentStage)})
	if err != nil {
		return "", nil, err
	}
	if out.SecretString != nil {
		return aws.ToString(out.VersionId), []byte(*out.SecretString), nil
	}
	return aws.ToString(out.VersionId), out.SecretBinary, nil
}
