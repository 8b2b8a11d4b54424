package dynamotest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// once is a client that retries nothing, so that each fault is visible.
func once(p *Proxy) *dynamodb.Client {
	return Client(p.URL(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
}

func key(pk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}}
}

// put writes an item through the client.
func put(t *testing.T, client *dynamodb.Client, table, pk string) error {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: key(pk)})
	return err
}

func TestRulesMatchInOrderAndAreUsedUp(t *testing.T) {
	endpoint := Endpoint(t)
	p := NewProxy(t, endpoint)
	client, table := once(p), NewTables(t, Client(endpoint)).Users
	p.Inject(Rule{Operation: "GetItem", Times: Always, Fault: Throttle()})
	p.Inject(Rule{Body: func(b []byte) bool { return bytes.Contains(b, []byte("needle")) }, Fault: Throttle()})
	p.Inject(Rule{Operation: "PutItem", Skip: 1, Times: 2, Fault: Fail()})
	for i, step := range []struct{ pk, want string }{
		{"a", ""}, {"b", "InternalServerError"}, {"needle", "ProvisionedThroughputExceededException"},
		{"needle", "InternalServerError"}, {"needle", ""},
	} {
		err := put(t, client, table, step.pk)
		api, ok := errors.AsType[interface {
			error
			ErrorCode() string
		}](err)
		if ok != (step.want != "") || ok && api.ErrorCode() != step.want {
			t.Fatalf("step %d: %v, want %q", i, err, step.want)
		}
	}
	if want := map[string]int{"PutItem": 5}; !maps.Equal(p.Requests(), want) {
		t.Fatalf("requests %v, want %v", p.Requests(), want)
	}
	p.Reset()
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key("a")}); err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"GetItem": 1}; !maps.Equal(p.Requests(), want) {
		t.Fatalf("requests %v, want %v", p.Requests(), want)
	}
}

func TestLostAnswerIsOfARequestThatWasDone(t *testing.T) {
	endpoint := Endpoint(t)
	for name, fault := range map[string]Fault{"lost": LoseAnswer(), "cut": CutAnswer()} {
		t.Run(name, func(t *testing.T) {
			p := NewProxy(t, endpoint)
			table := NewTables(t, Client(endpoint)).Users
			p.Inject(Rule{Fault: fault})
			if err := put(t, once(p), table, "a"); err == nil {
				t.Fatal("there is an answer")
			}
			out, err := Client(endpoint).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key("a"), ConsistentRead: aws.Bool(true)})
			if err != nil || out.Item == nil {
				t.Fatalf("it is not done: %v", err)
			}
		})
	}
}

func TestSDKReadsWhatIsInjected(t *testing.T) {
	endpoint := Endpoint(t)
	p := NewProxy(t, endpoint)
	client, table := once(p), NewTables(t, Client(endpoint)).Users
	write := types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: key("a")}}
	other := types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: key("b")}}
	transact := func() error {
		_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{write, other}})
		return err
	}
	p.Inject(Rule{Fault: Conflict()})
	if _, ok := errors.AsType[*types.TransactionConflictException](put(t, client, table, "a")); !ok {
		t.Fatal("a plain write meets no conflict")
	}
	p.Inject(Rule{Fault: Conflict()})
	canceled, ok := errors.AsType[*types.TransactionCanceledException](transact())
	if !ok || len(canceled.CancellationReasons) != 2 ||
		*canceled.CancellationReasons[0].Code != "TransactionConflict" || *canceled.CancellationReasons[1].Code != "None" {
		t.Fatalf("a transaction meets %+v", canceled)
	}
	p.Inject(Rule{Fault: InProgress()})
	if _, ok := errors.AsType[*types.TransactionInProgressException](transact()); !ok {
		t.Fatal("no transaction is in progress")
	}
}

func TestUnprocessedKeysAreNamedAndNotRead(t *testing.T) {
	endpoint := Endpoint(t)
	p := NewProxy(t, endpoint)
	client, tables := once(p), NewTables(t, Client(endpoint))
	request := map[string]types.KeysAndAttributes{}
	for _, table := range []string{tables.Users, tables.Bindings} {
		for _, pk := range []string{"a", "b"} {
			if err := put(t, client, table, pk); err != nil {
				t.Fatal(err)
			}
		}
		request[table] = types.KeysAndAttributes{Keys: []map[string]types.AttributeValue{key("a"), key("b")}, ConsistentRead: aws.Bool(true)}
	}
	for _, n := range []int{0, 1, 2, 3, 4} {
		p.Inject(Rule{Operation: "BatchGetItem", Fault: Unprocessed(n)})
		out, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: request})
		if err != nil {
			t.Fatal(err)
		}
		read, left := 0, 0
		for _, items := range out.Responses {
			read += len(items)
		}
		for _, keys := range out.UnprocessedKeys {
			left += len(keys.Keys)
		}
		if read != 4-n || left != n {
			t.Fatalf("%d read and %d left of 4, want %d left", read, left, n)
		}
	}
}

func TestDelayEndsWithTheRequest(t *testing.T) {
	endpoint := Endpoint(t)
	p := NewProxy(t, endpoint)
	p.Inject(Rule{Fault: Delay(time.Hour)})
	p.Inject(Rule{Fault: Delay(time.Millisecond)})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := once(p).ListTables(ctx, &dynamodb.ListTablesInput{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v", err)
	}
	if _, err := once(p).ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
}
