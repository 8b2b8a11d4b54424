// Package dynamotest runs AWS's DynamoDB Local for tests. A proxy in front of it makes the faults that an engine on one
// machine never shows.
//
//	client := dynamotest.Client(dynamotest.Endpoint(t))
//	store := dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)})
//
// The first call of Endpoint starts the test binary's engine. The engine ends with the process, however that ends.
//
// DynamoDB Local differs from AWS: it never returns TransactionConflict, and where TTL is enabled it deletes within
// seconds, while AWS takes days. AWS licenses it for use and not for redistribution, so this package downloads it and
// nothing here contains it.
package dynamotest
