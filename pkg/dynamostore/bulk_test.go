package dynamostore_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/dynamotest"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestAddsMany(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	storetest.RunBulk(t, func(t *testing.T) storetest.BulkStore {
		return dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)})
	})
}
