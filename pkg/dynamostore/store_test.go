package dynamostore_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestContract(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)})
	storetest.Run(t, func(*testing.T) login.AdminStore { return store })
}
