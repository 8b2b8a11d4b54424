package contract_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
)

func TestTables(t *testing.T) {
	tpl := theTemplate(t)
	type attribute struct{ AttributeName, AttributeType, KeyType string }
	tables := 0
	for _, r := range tpl.Resources {
		if r.Type == "AWS::DynamoDB::Table" {
			tables++
		}
	}
	if tables != len(dynamostore.Schema) {
		t.Errorf("%d tables, want %d", tables, len(dynamostore.Schema))
	}
	for _, schema := range dynamostore.Schema {
		id := schema.Name + "Table"
		r := tpl.Resources[id]
		var got struct {
			AttributeDefinitions, KeySchema []attribute
			BillingMode                     string
			TimeToLiveSpecification         struct {
				AttributeName string
				Enabled       bool
			}
			SSESpecification                 struct{ SSEEnabled bool }
			PointInTimeRecoverySpecification struct{ PointInTimeRecoveryEnabled bool }
			DeletionProtectionEnabled        map[string]string
		}
		into(t, r.Properties, &got)
		definitions, keys := []attribute{{schema.PartitionKey, "S", ""}}, []attribute{{schema.PartitionKey, "", "HASH"}}
		if schema.SortKey != "" {
			definitions = append(definitions, attribute{schema.SortKey, "S", ""})
			keys = append(keys, attribute{schema.SortKey, "", "RANGE"})
		}
		if !slices.Equal(got.AttributeDefinitions, definitions) || !slices.Equal(got.KeySchema, keys) {
			t.Errorf("%s has the key %v of %v, want %v of %v", id, got.KeySchema, got.AttributeDefinitions, keys, definitions)
		}
		if ttl := got.TimeToLiveSpecification; ttl.AttributeName != schema.TTL || ttl.Enabled != (schema.TTL != "") {
			t.Errorf("%s has the TTL %+v, want %q", id, ttl, schema.TTL)
		}
		if got.BillingMode != "PAY_PER_REQUEST" || !got.SSESpecification.SSEEnabled || got.DeletionProtectionEnabled["Ref"] != "DeletionProtection" {
			t.Errorf("%s: billing, encryption or deletion protection: %+v", id, got)
		}
		if recovery := got.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled; recovery != (schema.Name != "Ephemeral") {
			t.Errorf("%s: point-in-time recovery is %v", id, recovery)
		}
		if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s goes with the stack", id)
		}
		if _, named := r.Properties["TableName"]; named {
			t.Errorf("%s has a name: a second stack, or one made anew, would meet the first's table", id)
		}
		// `wxbind --stack` looks for these.
		if out := tpl.Outputs[id].Value; !reflect.DeepEqual(out, map[string]any{"Ref": id}) {
			t.Errorf("the output %s is %v", id, out)
		}
	}
}
