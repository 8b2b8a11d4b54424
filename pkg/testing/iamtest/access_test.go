package iamtest

import (
	"reflect"
	"testing"
)

var twoTables = map[string]string{"a": "ATable", "b": "BTable"}

func on(table, action string) Access {
	return Access{"dynamodb:" + action, "arn:aws:dynamodb:us-east-1:000000000000:table/" + table}
}

// What AWS checks for a request; nothing if the guard would have to guess.
func TestAccesses(t *testing.T) {
	for name, c := range map[string]struct {
		target, body string
		want         []Access
	}{
		"one item":            {"DynamoDB_20120810.GetItem", `{"TableName":"a"}`, []Access{on("ATable", "GetItem")}},
		"a query":             {"DynamoDB_20120810.Query", `{"TableName":"a"}`, []Access{on("ATable", "Query")}},
		"a query of an index": {"DynamoDB_20120810.Query", `{"TableName":"a","IndexName":"i"}`, []Access{on("ATable/index/i", "Query")}},
		"a batch by its tables": {
			"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"b":{},"a":{}}}`,
			[]Access{on("ATable", "BatchGetItem"), on("BTable", "BatchGetItem")},
		},
		"a transaction by its parts, each once": {
			"DynamoDB_20120810.TransactWriteItems",
			`{"TransactItems":[{"Put":{"TableName":"a"}},{"Update":{"TableName":"b"}},{"Put":{"TableName":"a"}},
				{"Delete":{"TableName":"a"}},{"ConditionCheck":{"TableName":"b"}}]}`,
			[]Access{on("ATable", "DeleteItem"), on("ATable", "PutItem"), on("BTable", "ConditionCheckItem"), on("BTable", "UpdateItem")},
		},
		"a reading transaction": {
			"DynamoDB_20120810.TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"a"}}]}`, []Access{on("ATable", "GetItem")},
		},
		"a secret": {
			"secretsmanager.GetSecretValue", `{"SecretId":"arn:aws:secretsmanager:us-east-1:000000000000:secret:S"}`,
			[]Access{{"secretsmanager:GetSecretValue", SecretARN("S")}},
		},
		"a secret by its name":           {"secretsmanager.GetSecretValue", `{"SecretId":"S"}`, nil},
		"another service":                {"Logs_20140328.PutLogEvents", `{}`, nil},
		"no target":                      {"", `{"TableName":"a"}`, nil},
		"an unknown operation":           {"DynamoDB_20120810.ExecuteStatement", `{"TableName":"a"}`, nil},
		"an unknown table":               {"DynamoDB_20120810.GetItem", `{"TableName":"c"}`, nil},
		"no table":                       {"DynamoDB_20120810.GetItem", `{}`, nil},
		"an empty batch":                 {"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{}}`, nil},
		"an unknown part":                {"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Merge":{"TableName":"a"}}]}`, nil},
		"an unknown part beside a known": {"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"a"}},{"Merge":{"TableName":"a"}}]}`, nil},
		"an empty transaction":           {"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[]}`, nil},
		"no JSON":                        {"DynamoDB_20120810.GetItem", `TableName=a`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := accessesOf(c.target, []byte(c.body), twoTables)
			if !reflect.DeepEqual(got, c.want) || (err != nil) != (c.want == nil) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// A request is either understood and needs some access, or refused.
func FuzzAccesses(f *testing.F) {
	f.Add("DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"a"}}]}`)
	f.Add("DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"b":{},"a":null}}`)
	f.Add("secretsmanager.GetSecretValue", `{"SecretId":"arn:x"}`)
	f.Fuzz(func(t *testing.T, target, body string) {
		if all, err := accessesOf(target, []byte(body), twoTables); (err == nil) != (len(all) > 0) {
			t.Errorf("%v, %v", all, err)
		}
	})
}
