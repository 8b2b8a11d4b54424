package contract_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
)

func TestTables(t *testing.T) {
	tpl := theTemplate(t)
	tables := 0
	for _, r := range tpl.Resources {
		if r.Type == "AWS::DynamoDB::Table" {
			tables++
		}
	}
	if tables != len(dynamostore.Schema) {
		t.Errorf("%d tables, want %d", tables, len(dynamostore.Schema))
	}
	encrypted := map[string]any{"Fn::If": []any{"HasKmsKey", encryption(ref("KmsKeyArn")), encryption("")}}
	for _, schema := range dynamostore.Schema {
		id := schema.Name + "Table"
		r := tpl.Resources[id]
		var got table
		into(t, r.Properties, &got)
		if err := got.check(schema, ref("DeletionProtection"), encrypted); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s goes with the stack", id)
		}
		// `wxbind --stack` looks for these.
		if out := tpl.Outputs[id].Value; !reflect.DeepEqual(out, map[string]any{"Ref": id}) {
			t.Errorf("the output %s is %v", id, out)
		}
	}
}

// encryption is the encryption of a table with a key of the operator's, or with aws/dynamodb for "".
func encryption(key any) any {
	if key == "" {
		return map[string]any{"SSEEnabled": true}
	}
	return map[string]any{"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key}
}

// table is the part of a table's properties that the tests read.
type table struct {
	TableName                       any
	AttributeDefinitions, KeySchema []tableAttribute
	BillingMode                     string
	TimeToLiveSpecification         struct {
		AttributeName string
		Enabled       bool
	}
	StreamSpecification              struct{ StreamViewType string }
	SSESpecification                 any
	PointInTimeRecoverySpecification struct{ PointInTimeRecoveryEnabled bool }
	DeletionProtectionEnabled        any
}

type tableAttribute struct{ AttributeName, AttributeType, KeyType string }

// check says how a table differs from what the code and its operators need.
func (got table) check(schema dynamostore.TableSchema, protected, encrypted any) error {
	definitions, keys := []tableAttribute{{schema.PartitionKey, "S", ""}}, []tableAttribute{{schema.PartitionKey, "", "HASH"}}
	if schema.SortKey != "" {
		definitions = append(definitions, tableAttribute{schema.SortKey, "S", ""})
		keys = append(keys, tableAttribute{schema.SortKey, "", "RANGE"})
	}
	if !slices.Equal(got.AttributeDefinitions, definitions) || !slices.Equal(got.KeySchema, keys) {
		return fmt.Errorf("it has the key %v of %v, want %v of %v", got.KeySchema, got.AttributeDefinitions, keys, definitions)
	}
	if ttl := got.TimeToLiveSpecification; ttl.AttributeName != schema.TTL || ttl.Enabled != (schema.TTL != "") {
		return fmt.Errorf("it has the TTL %+v, want %q", ttl, schema.TTL)
	}
	if got.BillingMode != "PAY_PER_REQUEST" || !reflect.DeepEqual(got.SSESpecification, encrypted) || !reflect.DeepEqual(got.DeletionProtectionEnabled, protected) {
		return fmt.Errorf("billing, encryption or deletion protection: %+v", got)
	}
	if recovery := got.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled; recovery != (schema.Name != "Ephemeral") {
		return fmt.Errorf("point-in-time recovery is %v", recovery)
	}
	view := ""
	if schema.Name == "Outbox" { // whoever delivers is called by its stream
		view = "NEW_IMAGE"
	}
	if got.StreamSpecification.StreamViewType != view {
		return fmt.Errorf("its stream shows %q, want %q", got.StreamSpecification.StreamViewType, view)
	}
	if got.TableName != nil {
		return fmt.Errorf("it has the name %v: a second stack, or one made anew, would meet the first's table", got.TableName)
	}
	return nil
}
