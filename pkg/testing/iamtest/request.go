package iamtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Prefixes of X-Amz-Target, which names a service's operation.
const (
	dynamoDB       = "DynamoDB_20120810."
	secretsManager = "secretsmanager."
)

// request is what accessesOf reads of a request to DynamoDB. A part of a transaction has the same members as a request
// of its own.
type request struct {
	TableName, IndexName      string
	Key, Item                 attributes
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attributes
	RequestItems              map[string]json.RawMessage
	TransactItems             []map[string]request
	Statements                []statement
}

// attributes are those of an item, or the values of an expression. Keys are texts.
type attributes map[string]struct{ S string }

// accessesOf returns the accesses that a request needs: those of each list together, as one decision of IAM. tables are
// the template's by their names in requests.
//
// Operations of DynamoDB on one table, and batches, need the action of their own name on each table. A transaction
// needs the actions of its parts, each like a request of its own:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
//
// So does a batch of statements; see statement.access.
func accessesOf(target string, body []byte, tables map[string]Table) ([][]Access, error) {
	if operation, ok := strings.CutPrefix(target, secretsManager); ok {
		return secretAccess(operation, body)
	}
	operation, ok := strings.CutPrefix(target, dynamoDB)
	if !ok {
		return nil, fmt.Errorf("iamtest: unknown operation %q", target)
	}
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("iamtest: %s: %w", operation, err)
	}
	var all [][]Access
	var err error
	add := func(action, table string, keysIn func(Table) ([]string, error)) {
		one, failed := accessesTo(action, tables[table], keysIn)
		all, err = append(all, one), cmp.Or(err, failed)
	}
	switch operation {
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan":
		add(operation, r.TableName, r.keys)
	case "BatchGetItem":
		for table, text := range r.RequestItems {
			add(operation, table, func(t Table) ([]string, error) { return keysOfBatch(text, t) })
		}
	case "TransactWriteItems", "TransactGetItems":
		for _, part := range r.TransactItems {
			for what, on := range part {
				add(partActions[what], on.TableName, on.keys)
			}
		}
	case "BatchExecuteStatement":
		for _, part := range r.Statements {
			one, failed := part.access(tables)
			all, err = append(all, one), cmp.Or(err, failed)
		}
	default:
		return nil, fmt.Errorf("iamtest: it is unknown what %s needs", operation)
	}
	if len(all) == 0 {
		err = errors.New("no table")
	}
	if err != nil {
		return nil, fmt.Errorf("iamtest: %s: %w", operation, err)
	}
	return all, nil
}

// accessesTo returns an access for each key.
func accessesTo(action string, table Table, keysIn func(Table) ([]string, error)) ([]Access, error) {
	if action == "" || table.ID == "" {
		return nil, errors.New("an unknown action or table")
	}
	keys, err := keysIn(table)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		keys = []string{""}
	}
	all := make([]Access, len(keys))
	for i, key := range keys {
		all[i] = Access{Action: "dynamodb:" + action, Resource: tableARN + table.ID, Key: key}
	}
	return sorted(all), nil
}

// keys returns the values of dynamodb:LeadingKeys for a request about one item, or for a query. A scan has none.
func (r request) keys(t Table) ([]string, error) {
	if r.IndexName != "" {
		return nil, errors.New("indexes are not supported")
	}
	for _, it := range []attributes{r.Key, r.Item} {
		if it != nil {
			return textIn(it, t.PartitionKey)
		}
	}
	if r.KeyConditionExpression == "" {
		return nil, nil
	}
	for name, attribute := range r.ExpressionAttributeNames {
		r.KeyConditionExpression = strings.ReplaceAll(r.KeyConditionExpression, name, attribute)
	}
	value := regexp.MustCompile(`(?:^|[ (])` + regexp.QuoteMeta(t.PartitionKey) + ` = (:\w+)`).FindStringSubmatch(r.KeyConditionExpression)
	if value == nil {
		return nil, fmt.Errorf("the query %s is not understood", r.KeyConditionExpression)
	}
	return textIn(r.ExpressionAttributeValues, value[1])
}

func keysOfBatch(text json.RawMessage, t Table) (keys []string, err error) {
	var gets struct{ Keys []attributes }
	if err := json.Unmarshal(text, &gets); err != nil {
		return nil, err
	}
	if len(gets.Keys) == 0 {
		return nil, errors.New("a batch without keys")
	}
	for _, it := range gets.Keys {
		one, err := textIn(it, t.PartitionKey)
		if err != nil {
			return nil, err
		}
		keys = append(keys, one...)
	}
	return keys, nil
}

// textIn returns a text that must be there.
func textIn(values attributes, name string) ([]string, error) {
	if values[name].S == "" {
		return nil, fmt.Errorf("no text %q", name)
	}
	return []string{values[name].S}, nil
}

// partActions are the actions that the parts of a transaction need.
var partActions = map[string]string{
	"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
}

// secretAccess requires the secret's ARN, which is what a stack passes to its functions: a policy does not know a
// secret by its name.
func secretAccess(operation string, body []byte) ([][]Access, error) {
	var request struct{ SecretID string }
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, fmt.Errorf("iamtest: %s: %w", operation, err)
	}
	if operation == "" || !strings.HasPrefix(request.SecretID, "arn:") {
		return nil, errors.New("iamtest: a secret must be asked for by its ARN")
	}
	return [][]Access{{{Action: "secretsmanager:" + operation, Resource: request.SecretID}}}, nil
}
