package dynamostore

// Attributes that more than one file uses. All keys are strings.
const (
	keyAttribute       = "pk"
	userIDAttribute    = "userId"
	tokenHashAttribute = "tokenHash"
	ttlAttribute       = "ttl"
)

// TableSchema is what a table must be created with.
type TableSchema struct {
	// Name is the kind of item that the table holds, as in Tables.
	Name string
	// PartitionKey and SortKey are the names of string attributes. SortKey is "" for a table without one.
	PartitionKey string
	SortKey      string
	// TTL is the attribute with the time, in Unix seconds, from which DynamoDB may delete an item. It is "" for a table
	// whose items never expire.
	TTL string
}

// Schema describes the tables that a Store needs. Whatever creates them, a template or a test, must follow it.
//
// Each binding has a partition of its own and does not share one with its app: an app has millions of bindings, and a
// partition takes 1,000 writes a second.
var Schema = [...]TableSchema{
	{Name: "Bindings", PartitionKey: keyAttribute},
	{Name: "Sessions", PartitionKey: userIDAttribute, SortKey: tokenHashAttribute, TTL: ttlAttribute},
	{Name: "Users", PartitionKey: keyAttribute},
	{Name: "Ephemeral", PartitionKey: keyAttribute, TTL: ttlAttribute},
	{Name: "Outbox", PartitionKey: userIDAttribute, TTL: ttlAttribute},
}

// Tables are the names of a deployment's tables.
type Tables struct {
	Bindings  string
	Sessions  string
	Users     string
	Ephemeral string
	// Outbox is "" if no notices are kept.
	Outbox string
}
