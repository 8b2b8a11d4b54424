package iamtest

import (
	"errors"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

// A request is executed completely or not at all, and the SDK reads the refusal as AWS's.
func TestGuard(t *testing.T) {
	engine := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(engine))
	secrets := &secretstest.Server{}
	secrets.Put(SecretARN("Secret"), "of the secret")
	vault := httptest.NewServer(secrets)
	t.Cleanup(vault.Close)
	guard := NewGuard(t, Config{
		Policy: Policy{
			of("Allow", OneOrMore{"dynamodb:PutItem", "dynamodb:GetItem"}, tableARN+"UsersTable"),
			of("Allow", OneOrMore{"secretsmanager:GetSecretValue"}, SecretARN("Secret")),
		},
		Tables:   map[string]Table{tables.Users: {"UsersTable", "pk"}, tables.Bindings: {"BindingsTable", "pk"}},
		DynamoDB: engine, SecretsManager: vault.URL,
	})
	client := dynamotest.Client(guard.URL)
	key := func(pk string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}}
	}
	put := func(table, pk string) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: key(pk)}}
	}
	denied := func(err error) bool {
		refusal, ok := errors.AsType[smithy.APIError](err)
		return ok && refusal.ErrorCode() == "AccessDeniedException"
	}

	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &tables.Users, Item: key("allowed")}); err != nil {
		t.Fatal(err)
	}
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{put(tables.Users, "half"), put(tables.Bindings, "half")},
	})
	if !denied(err) {
		t.Errorf("a transaction of which a part is not allowed: %v", err)
	}
	if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); !denied(err) {
		t.Errorf("what the guard does not know: %v", err)
	}
	for pk, want := range map[string]bool{"allowed": true, "half": false} {
		found, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &tables.Users, Key: key(pk)})
		if err != nil || (found.Item != nil) != want {
			t.Errorf("%s: %v, %v", pk, found, err)
		}
	}

	manager := secretsmanager.New(secretsmanager.Options{
		BaseEndpoint: &guard.URL, Region: "us-east-1", Credentials: client.Options().Credentials,
	})
	value, err := manager.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(SecretARN("Secret"))})
	if err != nil || aws.ToString(value.SecretString) != "of the secret" {
		t.Errorf("%v, %v", value, err)
	}
	if _, err := manager.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(SecretARN("Other"))}); !denied(err) {
		t.Errorf("another secret: %v", err)
	}

	if want := []Access{
		on("UsersTable", "GetItem").of("allowed"), on("UsersTable", "GetItem").of("half"), on("UsersTable", "PutItem").of("allowed"),
		{Action: "secretsmanager:GetSecretValue", Resource: SecretARN("Secret")},
	}; !reflect.DeepEqual(guard.Used(), want) {
		t.Errorf("used: %v", guard.Used())
	}
	if want := []Access{
		on("BindingsTable", "PutItem").of("half"), {Action: "secretsmanager:GetSecretValue", Resource: SecretARN("Other")},
	}; !reflect.DeepEqual(guard.Refused(), want) {
		t.Errorf("refused: %v", guard.Refused())
	}
	if got := guard.Misunderstood(); len(got) != 1 {
		t.Errorf("misunderstood: %v", got)
	}
}

// A condition of the partition keys keeps nobody from a scan, which names none. So a role that must not read some of a
// table's items must not scan it.
func TestScanPassesAConditionOfKeys(t *testing.T) {
	engine := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(engine))
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "password#1"}}
	if _, err := dynamotest.Client(engine).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &tables.Users, Item: key}); err != nil {
		t.Fatal(err)
	}
	s := keyed(likeUsers, OneOrMore{"user#*"}, "dynamodb:GetItem", "dynamodb:Scan")
	s.Resource = OneOrMore{TableARN("UsersTable")}
	guard := NewGuard(t, Config{
		Policy: Policy{s}, Tables: map[string]Table{tables.Users: {"UsersTable", "pk"}}, DynamoDB: engine, SecretsManager: engine,
	})
	client := dynamotest.Client(guard.URL)
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &tables.Users, Key: key}); err == nil {
		t.Error("it is read by its key")
	}
	found, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &tables.Users})
	if err != nil || len(found.Items) != 1 {
		t.Errorf("%v, %v", found, err)
	}
}
