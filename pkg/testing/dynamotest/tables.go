package dynamotest

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/dynamostore"
)

// Client returns a client of an engine or a Proxy, configured as dynamostore needs it. The credentials are made up;
// DynamoDB Local accepts any.
func Client(endpoint string, options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint,
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
		Retryer: dynamostore.Retryer(),
		// DynamoDB Local sends none with its errors, and the SDK would log a warning.
		DisableValidateResponseChecksum: true,
	}, options...)
}

// NewTables creates the tables of a deployment under unique names, and deletes them when the test ends.
func NewTables(tb testing.TB, client *dynamodb.Client) dynamostore.Tables {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	prefix := "test-" + rand.Text()[:10] + "-"
	tables, err := CreateTables(ctx, client, prefix)
	if err != nil {
		tb.Fatalf("dynamotest: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, s := range dynamostore.Schema {
			if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(prefix + s.Name)}); err != nil {
				tb.Errorf("dynamotest: delete table %s: %v", s.Name, err)
			}
		}
	})
	return tables
}

// CreateTables creates the tables of dynamostore.Schema, each named prefix plus the schema's name. TTL is not enabled:
// DynamoDB Local would delete within seconds what AWS keeps for days, and hide what happens to an expired item that
// still exists.
func CreateTables(ctx context.Context, client *dynamodb.Client, prefix string) (dynamostore.Tables, error) {
	for _, s := range dynamostore.Schema {
		in := &dynamodb.CreateTableInput{
			TableName:   aws.String(prefix + s.Name),
			BillingMode: types.BillingModePayPerRequest,
		}
		for _, key := range []struct {
			name string
			kind types.KeyType
		}{{s.PartitionKey, types.KeyTypeHash}, {s.SortKey, types.KeyTypeRange}} {
			if key.name == "" {
				continue
			}
			in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: aws.String(key.name), KeyType: key.kind})
			in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
				AttributeName: aws.String(key.name), AttributeType: types.ScalarAttributeTypeS,
			})
		}
		if _, err := client.CreateTable(ctx, in); err != nil {
			return dynamostore.Tables{}, fmt.Errorf("create table %s: %w", s.Name, err)
		}
	}
	return dynamostore.Tables{
		Bindings:  prefix + "Bindings",
		Sessions:  prefix + "Sessions",
		Users:     prefix + "Users",
		Ephemeral: prefix + "Ephemeral",
		Outbox:    prefix + "Outbox",
	}, nil
}
