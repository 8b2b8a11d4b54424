package doctor_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestTablesOfAnEngine(t *testing.T) {
	db := dynamotest.Client(dynamotest.Endpoint(t))
	tables := dynamotest.NewTables(t, db)
	for _, s := range dynamostore.Schema {
		if s.TTL == "" {
			continue
		}
		name := map[string]string{"Sessions": tables.Sessions, "Ephemeral": tables.Ephemeral, "Outbox": tables.Outbox}[s.Name]
		if _, err := db.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
			TableName:               &name,
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &s.TTL, Enabled: aws.Bool(true)},
		}); err != nil {
			t.Fatal(err)
		}
	}
	const noBackups = " recovery: this engine has no backups"
	wantLines(t, doctor.Tables(db, tables),
		"ok Bindings keys: "+tables.Bindings+" has the right keys", "warn Bindings protection: deletion protection is off", "warn Bindings"+noBackups,
		"ok Sessions keys", "warn Sessions protection", "ok Sessions TTL: expired items are deleted", "warn Sessions"+noBackups,
		"ok Users keys", "warn Users protection", "warn Users"+noBackups,
		"ok Ephemeral keys", "warn Ephemeral protection", "ok Ephemeral TTL",
		"ok Outbox keys", "warn Outbox protection", "ok Outbox TTL", "warn Outbox"+noBackups,
	)
	tables.Outbox = "" // the stack keeps no notices
	tables.Sessions, tables.Users = tables.Users, "test-none"
	wantLines(t, doctor.Tables(db, tables),
		"ok Bindings keys", "warn Bindings protection", "warn Bindings"+noBackups,
		"FAIL Sessions keys: "+tables.Sessions+" has the keys pk (S) and must have userId (S), tokenHash (S) -> deploy",
		"warn Sessions protection", "FAIL Sessions TTL: TTL is DISABLED", "warn Sessions"+noBackups,
		"FAIL Users keys: there is no table test-none -> ", "skip Users protection", "warn Users"+noBackups,
		"ok Ephemeral keys", "warn Ephemeral protection", "ok Ephemeral TTL",
	)
}

// described is a DynamoDB that answers the calls that describe a table as AWS does (JSON 1.0), for a table that is in
// order. change replaces answers.
type described struct {
	answers map[string]any
}

// refusedAs is an answer with one of AWS's error codes.
type refusedAs string

func inOrder(s dynamostore.TableSchema) map[string]any {
	keys := []map[string]string{{"AttributeName": s.PartitionKey, "KeyType": "HASH"}}
	attributes := []map[string]string{{"AttributeName": s.PartitionKey, "AttributeType": "S"}}
	if s.SortKey != "" {
		keys = append(keys, map[string]string{"AttributeName": s.SortKey, "KeyType": "RANGE"})
		attributes = append(attributes, map[string]string{"AttributeName": s.SortKey, "AttributeType": "S"})
	}
	return map[string]any{
		"DescribeTable": map[string]any{"Table": map[string]any{
			"TableStatus": "ACTIVE", "KeySchema": keys, "AttributeDefinitions": attributes, "DeletionProtectionEnabled": true,
		}},
		"DescribeTimeToLive":        map[string]any{"TimeToLiveDescription": map[string]string{"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}},
		"DescribeContinuousBackups": backups("ENABLED"),
	}
}

func backups(recovery string) any {
	return map[string]any{"ContinuousBackupsDescription": map[string]any{
		"ContinuousBackupsStatus":        "ENABLED",
		"PointInTimeRecoveryDescription": map[string]string{"PointInTimeRecoveryStatus": recovery},
	}}
}

func (d described) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	var call struct{ TableName string }
	err := json.NewDecoder(r.Body).Decode(&call)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	answer, known := d.answers[operation]
	if code, isCode := answer.(refusedAs); isCode || !known || err != nil || r.Header.Get("Authorization") == "" {
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": "com.amazonaws.dynamodb.v20120810#" + string(code)}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func TestTablesOfAWS(t *testing.T) {
	sessions := dynamostore.Schema[1]
	describe := func(change func(table map[string]any)) any {
		d := inOrder(sessions)["DescribeTable"].(map[string]any)
		table := maps.Clone(d["Table"].(map[string]any))
		change(table)
		return map[string]any{"Table": table}
	}
	ttl := func(status, attribute string) any {
		return map[string]any{"TimeToLiveDescription": map[string]string{"TimeToLiveStatus": status, "AttributeName": attribute}}
	}
	attributes := func(kind string) []map[string]string {
		return []map[string]string{{"AttributeName": "userId", "AttributeType": kind}, {"AttributeName": "tokenHash", "AttributeType": "S"}}
	}
	for name, row := range map[string]struct {
		operation string
		answer    any
		check     string
		want      string
	}{
		"in order":                  {"", nil, "keys", "ok Sessions keys: s has the right keys"},
		"keys of another kind":      {"DescribeTable", describe(func(t map[string]any) { t["AttributeDefinitions"] = attributes("N") }), "keys", "FAIL Sessions keys: s has the keys userId (N), tokenHash (S) and must have"},
		"being deleted":             {"DescribeTable", describe(func(t map[string]any) { t["TableStatus"] = "DELETING" }), "keys", "FAIL Sessions keys: the table s is DELETING -> wait"},
		"being changed":             {"DescribeTable", describe(func(t map[string]any) { t["TableStatus"] = "UPDATING" }), "keys", "ok Sessions keys"},
		"gone":                      {"DescribeTable", refusedAs("ResourceNotFoundException"), "keys", "FAIL Sessions keys: there is no table s -> deploy the stack again"},
		"not allowed":               {"DescribeTable", refusedAs("AccessDeniedException"), "keys", "FAIL Sessions keys: s: DynamoDB answers AccessDeniedException -> use credentials that allow dynamodb:DescribeTable"},
		"protected":                 {"", nil, "protection", "ok Sessions protection: deletion protection is on"},
		"unprotected":               {"DescribeTable", describe(func(t map[string]any) { t["DeletionProtectionEnabled"] = false }), "protection", "warn Sessions protection: deletion protection is off"},
		"protection unknown":        {"DescribeTable", refusedAs("AccessDeniedException"), "protection", "skip Sessions protection"},
		"TTL on":                    {"", nil, "TTL", "ok Sessions TTL: expired items are deleted"},
		"TTL being turned on":       {"DescribeTimeToLive", ttl("ENABLING", "ttl"), "TTL", "ok Sessions TTL"},
		"TTL off":                   {"DescribeTimeToLive", ttl("DISABLED", ""), "TTL", "FAIL Sessions TTL: TTL is DISABLED: expired items are kept, and paid for, forever -> aws dynamodb update-time-to-live --table-name s"},
		"TTL by another attribute":  {"DescribeTimeToLive", ttl("ENABLED", "expires"), "TTL", "FAIL Sessions TTL: TTL uses the attribute expires and must use ttl"},
		"TTL not allowed":           {"DescribeTimeToLive", refusedAs("AccessDeniedException"), "TTL", "FAIL Sessions TTL: s: DynamoDB answers AccessDeniedException -> use credentials that allow dynamodb:DescribeTimeToLive"},
		"recovery on":               {"", nil, "recovery", "ok Sessions recovery: point-in-time recovery is on"},
		"recovery off":              {"DescribeContinuousBackups", backups("DISABLED"), "recovery", "FAIL Sessions recovery: point-in-time recovery is off: data deleted or damaged by mistake is lost -> aws dynamodb update-continuous-backups --table-name s"},
		"recovery of a table gone":  {"DescribeContinuousBackups", refusedAs("TableNotFoundException"), "recovery", "FAIL Sessions recovery: there is no table s -> deploy"},
		"recovery not allowed":      {"DescribeContinuousBackups", refusedAs("AccessDeniedException"), "recovery", "FAIL Sessions recovery: s: DynamoDB answers AccessDeniedException -> use credentials that allow dynamodb:DescribeContinuousBackups"},
		"an engine without backups": {"DescribeContinuousBackups", refusedAs("UnknownOperationException"), "recovery", "warn Sessions recovery: this engine has no backups"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := inOrder(sessions)
			if row.operation != "" {
				answers[row.operation] = row.answer
			}
			server := httptest.NewServer(described{answers})
			defer server.Close()
			for _, f := range doctor.Run(t.Context(), doctor.Tables(dynamotest.Client(server.URL), dynamostore.Tables{Bindings: "b", Sessions: "s", Users: "u", Ephemeral: "e"})) {
				if f.Check != "Sessions "+row.check {
					continue
				}
				if got := line(f); !strings.HasPrefix(got, row.want) {
					t.Errorf("got  %s\nwant %s", got, row.want)
				}
				return
			}
			t.Error("there is no such check")
		})
	}
}

func TestTablesThatCannotBeReached(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	found := doctor.Run(t.Context(), doctor.Tables(dynamotest.Client(server.URL), dynamostore.Tables{Bindings: "b", Sessions: "s", Users: "u", Ephemeral: "e"}))
	for i, want := range []string{"FAIL Bindings keys: b: DynamoDB cannot be reached: dial tcp", "skip Bindings protection", "FAIL Bindings recovery: b: DynamoDB cannot be reached"} {
		if got := line(found[i]); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if n := doctor.Failed(found); n != 4+2+3 {
		t.Errorf("%d failed:\n%s", n, fmt.Sprint(found))
	}
}
