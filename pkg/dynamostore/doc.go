// Package dynamostore keeps login's nouns in DynamoDB.
//
// Every method is one round trip in the ordinary case, and every read is
// strongly consistent. Two rules make the writes safe:
//
//   - A write that the SDK repeats, because its first answer was lost, counts as
//     done. A transaction carries a token that DynamoDB knows it by; a single
//     write is either the same when done twice, or recognises itself in the item
//     that DynamoDB gives back when a condition does not hold.
//   - An update names an item that must be there, so that none comes back from
//     the dead.
//
// A transaction in the way of a request makes it wait, not fail: call tries
// again until the context ends. The answer of DynamoDB is never shown in an
// error, because it may repeat what was asked, openids included; see failure.
package dynamostore
