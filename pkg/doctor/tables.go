package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/dynamostore"
)

const (
	deployAgain = "deploy the stack again: its template defines the table"
	allow       = "use credentials that allow %s on this table"
)

// Tables checks the tables of a deployment, in the order of dynamostore.Schema: that each exists with its keys and is
// protected, that expired items are deleted, and that lasting data can be recovered.
func Tables(client *dynamodb.Client, names dynamostore.Tables) []Check {
	var checks []Check
	add := func(run func(context.Context) []Finding) { checks = append(checks, Check{Run: run}) }
	for _, schema := range dynamostore.Schema {
		t := table{client: client, schema: schema, name: nameOf(names, schema.Name)}
		if schema.Name == "Outbox" && t.name == "" { // the deployment keeps no notices
			continue
		}
		add(t.checkKeys)
		if schema.TTL != "" {
			add(t.checkTTL)
		}
		if schema.Name != "Ephemeral" { // whatever could be recovered would have expired
			add(t.checkRecovery)
		}
	}
	return checks
}

func nameOf(names dynamostore.Tables, noun string) string {
	return map[string]string{
		"Bindings": names.Bindings, "Sessions": names.Sessions, "Users": names.Users, "Ephemeral": names.Ephemeral, "Outbox": names.Outbox,
	}[noun]
}

type table struct {
	client *dynamodb.Client
	schema dynamostore.TableSchema
	name   string
}

func (t table) checkKeys(ctx context.Context) []Finding {
	keys, protection := t.schema.Name+" keys", t.schema.Name+" protection"
	out, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.name})
	if err != nil {
		return []Finding{t.failed(ctx, keys, "dynamodb:DescribeTable", err), skip(protection, "the table cannot be described")}
	}
	return []Finding{t.keys(keys, out.Table), t.protection(protection, out.Table)}
}

func (t table) keys(check string, d *types.TableDescription) Finding {
	kinds := map[string]types.ScalarAttributeType{}
	for _, a := range d.AttributeDefinitions {
		kinds[aws.ToString(a.AttributeName)] = a.AttributeType
	}
	var has []string
	for _, k := range d.KeySchema {
		has = append(has, fmt.Sprintf("%s (%s)", aws.ToString(k.AttributeName), kinds[aws.ToString(k.AttributeName)]))
	}
	wanted := []string{t.schema.PartitionKey + " (S)"}
	if t.schema.SortKey != "" {
		wanted = append(wanted, t.schema.SortKey+" (S)")
	}
	switch has, wanted := strings.Join(has, ", "), strings.Join(wanted, ", "); {
	case has != wanted:
		return fail(check, fmt.Sprintf("%s has the keys %s and must have %s", t.name, has, wanted), deployAgain)
	case d.TableStatus != types.TableStatusActive && d.TableStatus != types.TableStatusUpdating:
		return fail(check, fmt.Sprintf("the table %s is %s", t.name, d.TableStatus), "wait until it is ACTIVE, or see in the console why it is not")
	}
	return ok(check, t.name+" has the right keys")
}

func (t table) protection(check string, d *types.TableDescription) Finding {
	if aws.ToBool(d.DeletionProtectionEnabled) {
		return ok(check, "deletion protection is on")
	}
	return warn(check, "deletion protection is off: one call deletes "+t.name, "deploy with the parameter DeletionProtection=true where it matters")
}

func (t table) checkTTL(ctx context.Context) []Finding {
	check := t.schema.Name + " TTL"
	out, err := t.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &t.name})
	if err != nil {
		return []Finding{t.failed(ctx, check, "dynamodb:DescribeTimeToLive", err)}
	}
	status, attribute := types.TimeToLiveStatus("DISABLED"), ""
	if d := out.TimeToLiveDescription; d != nil {
		status, attribute = d.TimeToLiveStatus, aws.ToString(d.AttributeName)
	}
	switch on := status == types.TimeToLiveStatusEnabled || status == types.TimeToLiveStatusEnabling; {
	case !on:
		return []Finding{fail(check, fmt.Sprintf("TTL is %s: expired items are kept, and paid for, forever", status),
			fmt.Sprintf("aws dynamodb update-time-to-live --table-name %s --time-to-live-specification Enabled=true,AttributeName=%s", t.name, t.schema.TTL))}
	case attribute != t.schema.TTL:
		return []Finding{fail(check, fmt.Sprintf("TTL uses the attribute %s and must use %s", attribute, t.schema.TTL), deployAgain)}
	}
	return []Finding{ok(check, "expired items are deleted")}
}

func (t table) checkRecovery(ctx context.Context) []Finding {
	check := t.schema.Name + " recovery"
	out, err := t.client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &t.name})
	if api, isAPI := errors.AsType[smithy.APIError](err); isAPI && api.ErrorCode() == "UnknownOperationException" {
		return []Finding{warn(check, "this engine has no backups, like DynamoDB Local", "make backups another way, unless it is for tests")}
	}
	if err != nil {
		return []Finding{t.failed(ctx, check, "dynamodb:DescribeContinuousBackups", err)}
	}
	if d := out.ContinuousBackupsDescription; d != nil && d.PointInTimeRecoveryDescription != nil &&
		d.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled {
		return []Finding{ok(check, "point-in-time recovery is on")}
	}
	return []Finding{fail(check, "point-in-time recovery is off: data deleted or damaged by mistake is lost",
		"aws dynamodb update-continuous-backups --table-name "+t.name+" --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true")}
}

// failed is the finding for a call that DynamoDB did not answer well.
func (t table) failed(ctx context.Context, check, action string, err error) Finding {
	_, gone := errors.AsType[*types.ResourceNotFoundException](err)
	_, goneFromBackups := errors.AsType[*types.TableNotFoundException](err) // DescribeContinuousBackups has its own
	if gone || goneFromBackups {
		return fail(check, "there is no table "+t.name, "deploy the stack again, or restore the table from a backup")
	}
	if api, isAPI := errors.AsType[smithy.APIError](err); isAPI {
		return fail(check, fmt.Sprintf("%s: DynamoDB answers %s", t.name, api.ErrorCode()), fmt.Sprintf(allow, action))
	}
	return fail(check, fmt.Sprintf("%s: %s", t.name, noAnswer(ctx, "DynamoDB", err)), "make sure that this machine reaches DynamoDB, and try again").because(err)
}

// noAnswer says why a service did not answer.
func noAnswer(ctx context.Context, service string, err error) string {
	if ctx.Err() != nil {
		return service + " did not answer in time"
	}
	if network, isNetwork := errors.AsType[*net.OpError](err); isNetwork {
		return service + " cannot be reached: " + network.Error()
	}
	return service + " did not answer: " + err.Error()
}
