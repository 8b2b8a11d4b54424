// Package dynamostore implements login's stores on DynamoDB.
//
// Every method normally takes one round trip, and every read is strongly consistent. Two rules make the writes safe:
//
//   - A write that the SDK repeats, because its first answer was lost, counts as done. A transaction carries a token by which
//     DynamoDB recognises it. A single write either has the same effect when repeated, or recognises itself in the item
//     that DynamoDB returns when a condition does not hold.
//   - An update requires that its item exists, so that it cannot bring a deleted item back. Only a user's outbox is made by an update,
//     and always in a transaction.
//
// Enter is a batch of statements instead, which is sent once. What it does not confirm is done by single writes, which
// find done what is done.
//
// A request that meets another transaction waits instead of failing: call retries until the context ends. Errors never
// show DynamoDB's answer, because it may repeat what was sent, openids included; see failure.
package dynamostore
