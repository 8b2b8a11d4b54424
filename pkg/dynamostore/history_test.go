package dynamostore_test

import (
	"math/rand/v2"
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/storetest/history"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// One of the two stores loses answers and meets other transactions. A transaction still takes effect once: DynamoDB
// recognises it by its token.
func TestHistoriesAreLinearizable(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	client := dynamotest.Client(endpoint)
	tables := dynamotest.NewTables(t, client)
	proxy := dynamotest.NewProxy(t, endpoint)
	lose, conflict := dynamotest.LoseAnswer(), dynamotest.Conflict()
	proxy.Inject(dynamotest.Rule{
		Operation: "TransactWriteItems", Times: dynamotest.Always,
		Body: func([]byte) bool { return rand.N(4) == 0 },
		Fault: func(x *dynamotest.Exchange) {
			if rand.N(2) == 0 {
				lose(x)
				return
			}
			conflict(x)
		},
	})
	history.Check(t,
		dynamostore.New(dynamostore.Config{Client: client, Tables: tables}),
		dynamostore.New(dynamostore.Config{Client: dynamotest.Client(proxy.URL()), Tables: tables}),
	)
}
