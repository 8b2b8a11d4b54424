package functions_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

var (
	tableOfStatement = regexp.MustCompile(`^(?:INSERT INTO|UPDATE) "([^"]+)"`)
	parameters       = regexp.MustCompile(`(\w+)(?:':|=|<=)\?`)
)

// unitsOfStatements is what a batch of statements consumes. DynamoDB Local does not report it. AWS charges a
// statement like the request that does the same. So each item that was written is updated once more without
// a change, which consumes as much and is reported.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html
func (u *upstreams) unitsOfStatements(e *exchanged) float64 {
	var asked struct {
		Statements []struct {
			Statement  string
			Parameters []struct{ S string }
		}
	}
	var answer struct {
		Responses []struct{ Error *struct{ Code string } }
	}
	if json.Unmarshal(e.asked, &asked) != nil || json.Unmarshal(e.body, &answer) != nil || len(answer.Responses) != len(asked.Statements) {
		u.Errorf("a batch of statements: %s, answered %s", e.asked, e.body)
		return 0
	}
	client, units := dynamotest.Client(e.target), 0.0
	for i, s := range asked.Statements {
		table := tableOfStatement.FindStringSubmatch(s.Statement)
		if failed := answer.Responses[i].Error; failed != nil || table == nil {
			u.Errorf("it is unknown what this costs: %s, answered %v", s.Statement, failed)
			continue
		}
		schema := schemaOf(table[1])
		key := map[string]types.AttributeValue{}
		for n, name := range parameters.FindAllStringSubmatch(s.Statement, -1) {
			if name[1] == schema.PartitionKey || name[1] == schema.SortKey {
				key[name[1]] = &types.AttributeValueMemberS{Value: s.Parameters[n].S}
			}
		}
		units += u.unitsOfItem(client, table[1], key)
	}
	return units
}

// schemaOf returns the schema of a table by its name in a cloud.
func schemaOf(table string) dynamostore.TableSchema {
	return dynamostore.Schema[slices.IndexFunc(dynamostore.Schema[:], func(t dynamostore.TableSchema) bool {
		return strings.HasSuffix(table, "-"+t.Name)
	})]
}

// unitsOfItem is what a write of an item consumes. The item is updated once more without a change.
func (u *upstreams) unitsOfItem(client *dynamodb.Client, table string, key map[string]types.AttributeValue) float64 {
	out, err := client.UpdateItem(u.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, Key: key, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	if err != nil {
		u.Error(err)
		return 0
	}
	return *out.ConsumedCapacity.CapacityUnits
}
