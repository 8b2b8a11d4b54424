package iamtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var twoTables = map[string]Table{"a": {"ATable", "pk"}, "b": {"BTable", "userId"}}

func on(table, action string) Access {
	return Access{Action: "dynamodb:" + action, Resource: "arn:aws:dynamodb:us-east-1:000000000000:table/" + table}
}

// of returns the access to an item.
func (a Access) of(key string) Access {
	a.Key = key
	return a
}

// What AWS checks for a request, each decision in brackets; nothing if the guard would have to guess.
func TestAccesses(t *testing.T) {
	for name, c := range map[string]struct {
		target, body string
		want         [][]Access
	}{
		"one item":          {"DynamoDB_20120810.GetItem", `{"TableName":"a","Key":{"pk":{"S":"x"}}}`, [][]Access{{on("ATable", "GetItem").of("x")}}},
		"a new item":        {"DynamoDB_20120810.PutItem", `{"TableName":"a","Item":{"n":{"N":"1"},"pk":{"S":"x"},"m":{"M":{}}}}`, [][]Access{{on("ATable", "PutItem").of("x")}}},
		"one of two keys":   {"DynamoDB_20120810.UpdateItem", `{"TableName":"b","Key":{"tokenHash":{"S":"h"},"userId":{"S":"u"}}}`, [][]Access{{on("BTable", "UpdateItem").of("u")}}},
		"a scan has no key": {"DynamoDB_20120810.Scan", `{"TableName":"a","FilterExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"x"}}}`, [][]Access{{on("ATable", "Scan")}}},
		"a query": {
			"DynamoDB_20120810.Query", `{"TableName":"b","KeyConditionExpression":"userId = :u AND tokenHash > :t","ExpressionAttributeValues":{":u":{"S":"u"},":t":{"S":"h"}}}`,
			[][]Access{{on("BTable", "Query").of("u")}},
		},
		"a query with a name for the attribute": {
			"DynamoDB_20120810.Query", `{"TableName":"b","KeyConditionExpression":"(#k = :u)","ExpressionAttributeNames":{"#k":"userId"},"ExpressionAttributeValues":{":u":{"S":"u"}}}`,
			[][]Access{{on("BTable", "Query").of("u")}},
		},
		"a batch by its keys, all in one decision": {
			"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"a":{"Keys":[{"pk":{"S":"y"}},{"pk":{"S":"x"}}]}}}`,
			[][]Access{{on("ATable", "BatchGetItem").of("x"), on("ATable", "BatchGetItem").of("y")}},
		},
		"a batch by its tables": {
			"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"b":{"Keys":[{"userId":{"S":"u"}}]},"a":{"Keys":[{"pk":{"S":"x"}}]}}}`,
			[][]Access{{on("ATable", "BatchGetItem").of("x")}, {on("BTable", "BatchGetItem").of("u")}},
		},
		"a transaction by its parts": {
			"DynamoDB_20120810.TransactWriteItems",
			`{"TransactItems":[{"ConditionCheck":{"TableName":"a","Key":{"pk":{"S":"w"}}}},{"Delete":{"TableName":"a","Key":{"pk":{"S":"x"}}}},
				{"Put":{"TableName":"a","Item":{"pk":{"S":"y"}}}},{"Put":{"TableName":"a","Item":{"pk":{"S":"z"}}}},{"Update":{"TableName":"b","Key":{"userId":{"S":"u"}}}}]}`,
			[][]Access{
				{on("ATable", "ConditionCheckItem").of("w")}, {on("ATable", "DeleteItem").of("x")},
				{on("ATable", "PutItem").of("y")}, {on("ATable", "PutItem").of("z")}, {on("BTable", "UpdateItem").of("u")},
			},
		},
		"a reading transaction": {
			"DynamoDB_20120810.TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"a","Key":{"pk":{"S":"x"}}}}]}`, [][]Access{{on("ATable", "GetItem").of("x")}},
		},
		"a batch of statements by each of them": {
			"DynamoDB_20120810.BatchExecuteStatement",
			`{"Statements":[{"Statement":"DELETE FROM \"b\" WHERE userId=? AND tokenHash=?","Parameters":[{"S":"u"},{"S":"h"}]},
				{"Statement":"INSERT INTO \"a\" VALUE {'n':?,'pk':?}","Parameters":[{"N":"1"},{"S":"x"}]},
				{"Statement":"UPDATE \"a\" SET n=? SET pk2=? WHERE n<=? AND pk=?","Parameters":[{"N":"1"},{"S":"w"},{"N":"2"},{"S":"y"}]}]}`,
			[][]Access{{on("BTable", "PartiQLDelete").of("u")}, {on("ATable", "PartiQLInsert").of("x")}, {on("ATable", "PartiQLUpdate").of("y")}},
		},
		"an empty batch of statements":       {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[]}`, nil},
		"a statement that reads":             {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM \"a\" WHERE pk=?","Parameters":[{"S":"x"}]}]}`, nil},
		"a statement on an unknown table":    {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"c\" WHERE pk=?","Parameters":[{"S":"x"}]}]}`, nil},
		"a statement on an index":            {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"a\".\"i\" WHERE pk=?","Parameters":[{"S":"x"}]}]}`, nil},
		"a statement without the key":        {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"b\" WHERE pk=?","Parameters":[{"S":"x"}]}]}`, nil},
		"a statement with a range of keys":   {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"a\" WHERE pk<=?","Parameters":[{"S":"x"}]}]}`, nil},
		"a statement with a choice of keys":  {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"a\" WHERE pk=? OR pk=?","Parameters":[{"S":"x"},{"S":"y"}]}]}`, nil},
		"a statement with a value in it":     {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"a\" WHERE pk='x'"}]}`, nil},
		"a statement that lacks a parameter": {"DynamoDB_20120810.BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM \"a\" WHERE n=? AND pk=?","Parameters":[{"N":"1"}]}]}`, nil},
		"a secret": {
			"secretsmanager.GetSecretValue", `{"SecretId":"arn:aws:secretsmanager:us-east-1:000000000000:secret:S"}`,
			[][]Access{{{Action: "secretsmanager:GetSecretValue", Resource: SecretARN("S")}}},
		},
		"a secret by its name":           {"secretsmanager.GetSecretValue", `{"SecretId":"S"}`, nil},
		"another service":                {"Logs_20140328.PutLogEvents", `{}`, nil},
		"no target":                      {"", `{"TableName":"a"}`, nil},
		"an unknown operation":           {"DynamoDB_20120810.ExecuteStatement", `{"TableName":"a"}`, nil},
		"an unknown table":               {"DynamoDB_20120810.GetItem", `{"TableName":"c","Key":{"pk":{"S":"x"}}}`, nil},
		"no table":                       {"DynamoDB_20120810.GetItem", `{}`, nil},
		"a key that is no text":          {"DynamoDB_20120810.GetItem", `{"TableName":"a","Key":{"pk":{"N":"1"}}}`, nil},
		"the key of another table":       {"DynamoDB_20120810.GetItem", `{"TableName":"a","Key":{"userId":{"S":"u"}}}`, nil},
		"a query of an index":            {"DynamoDB_20120810.Query", `{"TableName":"a","IndexName":"i","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"x"}}}`, nil},
		"a query without the key":        {"DynamoDB_20120810.Query", `{"TableName":"b","KeyConditionExpression":"NotUserId = :u AND otherUserId = :u","ExpressionAttributeValues":{":u":{"S":"u"}}}`, nil},
		"a query without a value":        {"DynamoDB_20120810.Query", `{"TableName":"b","KeyConditionExpression":"userId = :u"}`, nil},
		"an empty batch":                 {"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{}}`, nil},
		"a batch without keys":           {"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"a":{"Keys":[]}}}`, nil},
		"a batch with an odd key":        {"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"a":{"Keys":[{"pk":{"S":"x"}},{}]}}}`, nil},
		"a batch of writes":              {"DynamoDB_20120810.BatchWriteItem", `{"RequestItems":{"a":[{"DeleteRequest":{"Key":{"pk":{"S":"x"}}}}]}}`, nil},
		"an unknown part":                {"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Merge":{"TableName":"a","Key":{"pk":{"S":"x"}}}}]}`, nil},
		"an unknown part beside a known": {"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"a","Item":{"pk":{"S":"x"}}}},{"Merge":{"TableName":"a"}}]}`, nil},
		"an empty transaction":           {"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[]}`, nil},
		"no JSON":                        {"DynamoDB_20120810.GetItem", `TableName=a`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := accessesOf(c.target, []byte(c.body), twoTables)
			slices.SortFunc(got, func(a, b []Access) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			if !reflect.DeepEqual(got, c.want) || (err != nil) != (c.want == nil) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// A request is either understood and needs some access, or refused.
func FuzzAccesses(f *testing.F) {
	f.Add("DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"a","Item":{"pk":{"S":"x"}}}}]}`)
	f.Add("DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"b":{"Keys":[{"userId":{"S":"u"}}]},"a":null}}`)
	f.Add("secretsmanager.GetSecretValue", `{"SecretId":"arn:x"}`)
	f.Fuzz(func(t *testing.T, target, body string) {
		if all, err := accessesOf(target, []byte(body), twoTables); (err == nil) != (len(all) > 0) {
			t.Errorf("%v, %v", all, err)
		}
	})
}
