package dynamostore_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestEpochs(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	logintest.RunEpochs(t, dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)}))
}
