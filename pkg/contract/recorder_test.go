package contract_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
)

// recorder notes what is asked of DynamoDB, as IAM names it.
type recorder struct {
	mu       sync.Mutex
	names    map[string]string
	function string
	used     map[string]grants
}

// watch makes the recorder know a world's tables and secret.
func (r *recorder) watch(w *world, tables dynamostore.Tables) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(r.names, map[string]string{
		tables.Bindings: "BindingsTable", tables.Sessions: "SessionsTable",
		tables.Users: "UsersTable", tables.Ephemeral: "EphemeralTable",
	})
	w.config.Secrets = watchedVault{recorder: r}
}

// watchedVault notes that the secret is read.
type watchedVault struct {
	vault
	recorder *recorder
}

func (v watchedVault) Secret(ctx context.Context) (*login.Secret, error) {
	v.recorder.mu.Lock()
	defer v.recorder.mu.Unlock()
	if v.recorder.function != "" {
		v.recorder.used[v.recorder.function]["Secret"] = []string{"secretsmanager:GetSecretValue"}
	}
	return v.vault.Secret(ctx)
}

func (r *recorder) attach(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("recorder",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				r.note(in.Parameters)
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
	})
}

// begin says whose calls come now; "" stands for nobody's.
func (r *recorder) begin(function string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.function = function
	if r.used[function] == nil {
		r.used[function] = grants{}
	}
}

// usedBy are the actions of a function.
func (r *recorder) usedBy(function string) grants {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used[function]
}

// note finds the actions of a call. A transaction is checked by its parts.
func (r *recorder) note(call any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.function == "" {
		return
	}
	switch in := call.(type) {
	case *dynamodb.GetItemInput:
		r.add(in.TableName, "GetItem")
	case *dynamodb.PutItemInput:
		r.add(in.TableName, "PutItem")
	case *dynamodb.UpdateItemInput:
		r.add(in.TableName, "UpdateItem")
	case *dynamodb.DeleteItemInput:
		r.add(in.TableName, "DeleteItem")
	case *dynamodb.QueryInput:
		r.add(in.TableName, "Query")
	case *dynamodb.BatchGetItemInput:
		for table := range in.RequestItems {
			r.add(&table, "BatchGetItem")
		}
	case *dynamodb.TransactWriteItemsInput:
		for _, part := range in.TransactItems {
			switch {
			case part.Put != nil:
				r.add(part.Put.TableName, "PutItem")
			case part.Update != nil:
				r.add(part.Update.TableName, "UpdateItem")
			case part.Delete != nil:
				r.add(part.Delete.TableName, "DeleteItem")
			case part.ConditionCheck != nil:
				r.add(part.ConditionCheck.TableName, "ConditionCheckItem")
			}
		}
	default:
		r.add(nil, fmt.Sprintf("%T", call))
	}
}

func (r *recorder) add(table *string, action string) {
	name, action := r.names[aws.ToString(table)], "dynamodb:"+action
	if known := r.used[r.function][name]; !slices.Contains(known, action) {
		r.used[r.function][name] = slices.Sorted(slices.Values(append(known, action)))
	}
}
