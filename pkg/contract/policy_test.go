package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/crypto/bcrypt"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/dynamotest"
	"github.com/wxbind/wxbind/pkg/login"
)

// statement is one of an IAM policy. Action is a string or a list of them.
type statement struct {
	Effect   string
	Action   any
	Resource map[string]string
}

func (s statement) actions() []string {
	if one, ok := s.Action.(string); ok {
		return []string{one}
	}
	var all []string
	for _, action := range s.Action.([]any) {
		all = append(all, action.(string))
	}
	return all
}

// statementsOf are what the role of a function allows.
func statementsOf(t *testing.T, tpl template, id string) []statement {
	t.Helper()
	name := strings.TrimSuffix(id, "Function") + "Role"
	if !reflect.DeepEqual(tpl.Resources[id].Properties["Role"], map[string]any{"Fn::GetAtt": name + ".Arn"}) {
		t.Fatalf("%s does not have the role %s", id, name)
	}
	var role struct {
		AssumeRolePolicyDocument json.RawMessage
		Policies                 []struct {
			PolicyDocument struct{ Statement []statement }
		}
		ManagedPolicyArns []any
	}
	into(t, tpl.Resources[name].Properties, &role)
	const trust = `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}}],"Version":"2012-10-17"}`
	if string(role.AssumeRolePolicyDocument) != trust {
		t.Errorf("%s is assumed by %s", name, role.AssumeRolePolicyDocument)
	}
	if len(role.Policies) != 1 || len(role.ManagedPolicyArns) != 0 {
		t.Fatalf("%s has %d policies and %v", name, len(role.Policies), role.ManagedPolicyArns)
	}
	return role.Policies[0].PolicyDocument.Statement
}

// grants are actions by table.
type grants map[string][]string

// A role has one secret, one log group, and tables; the next test says which.
func TestPoliciesNameWhatTheyAllow(t *testing.T) {
	tpl := theTemplate(t)
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		granted := map[string][]string{}
		for _, s := range statementsOf(t, tpl, id) {
			resource := fmt.Sprint(s.Resource)
			if _, twice := granted[resource]; twice || s.Effect != "Allow" || len(s.Resource) != 1 {
				t.Errorf("%s: %+v", id, s)
			}
			granted[resource] = s.actions()
			for _, action := range s.actions() {
				if strings.ContainsAny(action, "*?") {
					t.Errorf("%s: %s", id, action)
				}
			}
			if strings.Contains(resource, "*") {
				t.Errorf("%s: %s", id, resource)
			}
		}
		maps.DeleteFunc(granted, func(resource string, _ []string) bool { return strings.HasSuffix(resource, "Table.Arn]") })
		want := map[string][]string{
			"map[Ref:Secret]": {"secretsmanager:GetSecretValue"},
			"map[Fn::GetAtt:" + strings.TrimSuffix(id, "Function") + "LogGroup.Arn]": {"logs:CreateLogStream", "logs:PutLogEvents"},
		}
		if !reflect.DeepEqual(granted, want) {
			t.Errorf("%s has %v beside the tables, want %v", id, granted, want)
		}
	}
}

// Every function may do what it does to the tables, and nothing else: its life is
// played on DynamoDB Local, with every branch that asks for an action of its own.
func TestPoliciesAreWhatTheFunctionsUse(t *testing.T) {
	recorder := &recorder{used: map[string]grants{}}
	client := dynamotest.Client(dynamotest.Endpoint(t), recorder.attach)
	tables := dynamotest.NewTables(t, client)
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: tables})
	w := newWorld(t, store)
	prepare(t, w, store)
	recorder.names = map[string]string{
		tables.Bindings: "BindingsTable", tables.Sessions: "SessionsTable",
		tables.Users: "UsersTable", tables.Ephemeral: "EphemeralTable",
	}

	codes := 0
	for _, route := range []apigw.Route{apigw.Bind, apigw.CheckBind, apigw.Code2Session} {
		recorder.begin(route.Function)
		// What pkg/app asks at a start.
		if _, err := store.LoadRecord(t.Context(), "warm"); err == nil {
			t.Error("there is a record that nobody wrote")
		}
		for _, r := range life() {
			codes++
			send(t, w, route, fmt.Sprintf("alice-%d", codes), r)
		}
		// The last request again.
		send(t, w, route, fmt.Sprintf("alice-%d", codes), life()[2])
	}

	tpl := theTemplate(t)
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		allowed := grants{}
		for _, s := range statementsOf(t, tpl, id) {
			if table, ok := strings.CutSuffix(s.Resource["Fn::GetAtt"], "Table.Arn"); ok {
				allowed[table+"Table"] = slices.Sorted(slices.Values(s.actions()))
			}
		}
		if used := recorder.usedBy(folderOf(id)); !reflect.DeepEqual(allowed, used) {
			t.Errorf("%s may %v\nand uses %v", id, allowed, used)
		}
	}
}

// prepare makes a user with a role whose password is still hashed as it was before.
func prepare(t *testing.T, w *world, store *dynamostore.Store) {
	t.Helper()
	old, err := bcrypt.GenerateFromPassword([]byte(events.Password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	w.addUser(t, login.User{ID: "u-old", Username: "old", Name: "Old", PasswordHash: login.Hidden(old), Roles: []string{"clerk"}})
	if err := store.PutRole(t.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "1"}}}); err != nil {
		t.Fatal(err)
	}
}

// life is what happens to a function, a login each: what a route does not read of it
// does not matter to the route.
func life() []login.BindRequest {
	right := login.BindRequest{Username: "old", Password: events.Password}
	all := []login.BindRequest{
		{Username: "nobody", Password: "wrong"},
		{Username: events.Username, Password: "wrong"},
		right, // replaces the outdated hash
		{Username: events.Username, Password: events.Password},
	}
	// More sessions than a user keeps, living and dead.
	return append(all, slices.Repeat([]login.BindRequest{right}, login.MaxSessions+login.MaxDeadSessions+1)...)
}

func send(t *testing.T, w *world, route apigw.Route, code string, r login.BindRequest) {
	t.Helper()
	payload := changed(t, route.Function+"-good", func(e *lambda.APIGatewayV2HTTPRequest) {
		e.RawQueryString = "code=" + code
		e.Body = fmt.Sprintf(`{"code":%q,"username":%q,"password":%q}`, code, r.Username, string(r.Password))
	})
	answer := w.play(t, route, payload)
	if text, _ := bodyOf(t, answer); answer.StatusCode >= 500 {
		t.Errorf("%s: %s", code, text)
	}
}

// recorder notes what is asked of DynamoDB, as IAM names it.
type recorder struct {
	mu       sync.Mutex
	names    map[string]string
	function string
	used     map[string]grants
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

// begin says whose calls come now.
func (r *recorder) begin(function string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.function, r.used[function] = function, grants{}
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
