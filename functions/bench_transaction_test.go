package functions_test

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// inTransaction is how many times as much a write consumes in a transaction.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html
const inTransaction = 2

// unitsOfTransaction is what a transaction consumes. DynamoDB Local reports one item of each table, however many there are. So
// each item that was written is updated once more without a change, which consumes half as much and is reported. An item
// that must not exist, and does not, counts like the smallest.
func (u *upstreams) unitsOfTransaction(e *exchanged) float64 {
	type part struct {
		TableName string
		Key, Item map[string]struct{ S string }
	}
	var asked struct {
		TransactItems []struct{ Put, Update, Delete, ConditionCheck *part }
	}
	if err := json.Unmarshal(e.asked, &asked); err != nil {
		u.Errorf("a transaction: %v", err)
		return 0
	}
	client, units := dynamotest.Client(e.target), 0.0
	for _, item := range asked.TransactItems {
		switch {
		case item.Put != nil:
			item.Put.Key = item.Put.Item
		case item.ConditionCheck != nil:
			units += inTransaction
			continue
		case item.Update == nil:
			u.Errorf("it is unknown what this costs: %s", e.asked)
			continue
		default:
			item.Put = item.Update
		}
		schema, key := schemaOf(item.Put.TableName), map[string]types.AttributeValue{}
		for _, name := range []string{schema.PartitionKey, schema.SortKey} {
			if name != "" {
				key[name] = &types.AttributeValueMemberS{Value: item.Put.Key[name].S}
			}
		}
		units += inTransaction * u.unitsOfItem(client, item.Put.TableName, key)
	}
	return units
}
