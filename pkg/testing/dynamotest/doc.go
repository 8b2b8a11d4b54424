// Package dynamotest runs AWS's DynamoDB Local for tests, with a proxy before it
// for the faults that an engine on one machine never shows.
//
//	client := dynamotest.Client(dynamotest.Endpoint(t))
//	store := dynamostore.New(dynamostore.Config{Client: client, Tables: dynamotest.NewTables(t, client)})
//
// The first call of Endpoint starts the engine of the test binary. It ends with
// the process, however that ends.
//
// DynamoDB Local differs from AWS: it has no TransactionConflict, and where TTL is
// enabled it deletes within seconds, while AWS takes days. It is licensed by AWS
// for use and not for redistribution, so this package fetches it and nothing here
// contains it.
package dynamotest
