package iamtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Access is an action on a resource, both named as in IAM: the action like "dynamodb:GetItem", the resource by its ARN.
type Access struct {
	Action, Resource string
}

// A resource of the template is named by its logical id, in the account and region of the tests.
const (
	tableARN  = "arn:aws:dynamodb:us-east-1:000000000000:table/"
	secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"
	groupARN  = "arn:aws:logs:us-east-1:000000000000:log-group:"
)

// TableARN is the ARN of the template's table with a logical id.
func TableARN(id string) string { return tableARN + id }

// SecretARN is the ARN of the template's secret with a logical id.
func SecretARN(id string) string { return secretARN + id }

// LogGroupARN is the ARN of the template's log group with this logical id. It ends in ":*", which stands for its
// streams:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
func LogGroupARN(id string) string { return groupARN + id + ":*" }

// Prefixes of X-Amz-Target, which names a service's operation.
const (
	dynamoDB       = "DynamoDB_20120810."
	secretsManager = "secretsmanager."
)

// accessesOf returns the accesses that a request needs, each once. tables maps the names in requests to logical ids.
//
// Operations of DynamoDB on one table, and batches, need the action of their own name on each table. A transaction
// needs the actions of its parts:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
func accessesOf(target string, body []byte, tables map[string]string) ([]Access, error) {
	if operation, ok := strings.CutPrefix(target, secretsManager); ok {
		return secretAccess(operation, body)
	}
	operation, ok := strings.CutPrefix(target, dynamoDB)
	if !ok {
		return nil, fmt.Errorf("iamtest: unknown operation %q", target)
	}
	var request struct {
		TableName, IndexName string
		RequestItems         map[string]json.RawMessage
		TransactItems        []map[string]struct{ TableName string }
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, fmt.Errorf("iamtest: %s: %w", operation, err)
	}
	needs := map[string][]string{} // tables by action
	index := ""
	switch operation {
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan":
		if request.IndexName != "" {
			index = "/index/" + request.IndexName
		}
		needs[operation] = []string{request.TableName}
	case "BatchGetItem", "BatchWriteItem":
		needs[operation] = slices.Collect(maps.Keys(request.RequestItems))
	case "TransactWriteItems", "TransactGetItems":
		for _, part := range request.TransactItems {
			for what, on := range part {
				needs[partActions[what]] = append(needs[partActions[what]], on.TableName)
			}
		}
	default:
		return nil, fmt.Errorf("iamtest: it is unknown what %s needs", operation)
	}
	var all []Access
	for action, names := range needs {
		for _, name := range names {
			if action == "" || tables[name] == "" {
				return nil, fmt.Errorf("iamtest: %s has an unknown part or table", operation)
			}
			all = append(all, Access{"dynamodb:" + action, tableARN + tables[name] + index})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("iamtest: %s names no table", operation)
	}
	return sorted(all), nil
}

// partActions are the actions that the parts of a transaction need.
var partActions = map[string]string{
	"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
}

// secretAccess requires the secret's ARN, which is what a stack passes to its functions: a policy does not know a
// secret by its name.
func secretAccess(operation string, body []byte) ([]Access, error) {
	var request struct{ SecretID string }
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, fmt.Errorf("iamtest: %s: %w", operation, err)
	}
	if operation == "" || !strings.HasPrefix(request.SecretID, "arn:") {
		return nil, errors.New("iamtest: a secret must be asked for by its ARN")
	}
	return []Access{{"secretsmanager:" + operation, request.SecretID}}, nil
}

// sorted returns a set in the order of resources and actions.
func sorted(all []Access) []Access {
	slices.SortFunc(all, func(a, b Access) int {
		return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(a.Action, b.Action))
	})
	return slices.Compact(all)
}
