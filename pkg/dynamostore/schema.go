package dynamostore

// The attributes that more than one file names. All keys are strings.
const (
	keyAttribute       = "pk"
	userIDAttribute    = "userId"
	tokenHashAttribute = "tokenHash"
	ttlAttribute       = "ttl"
)

// TableSchema is what a table must be created with.
type TableSchema struct {
	// Name is the noun that the table keeps, as in Tables.
	Name string
	// PartitionKey and SortKey are the names of string attributes. SortKey is ""
	// for a table that has none.
	PartitionKey string
	SortKey      string
	// TTL is the attribute with the time, in Unix seconds, from which DynamoDB may
	// delete an item. It is "" for a table whose items stay.
	TTL string
}

// Schema is the tables that a Store works on. Whoever creates tables, a template
// or a test, follows it.
//
// A binding has a partition of its own, not one that it shares with its app: an
// app has millions of them, and a partition takes 1,000 writes a second.
var Schema = [...]TableSchema{
	{Name: "Bindings", PartitionKey: keyAttribute},
	{Name: "Sessions", PartitionKey: userIDAttribute, SortKey: tokenHashAttribute, TTL: ttlAttribute},
	{Name: "Users", PartitionKey: keyAttribute},
	{Name: "Ephemeral", PartitionKey: keyAttribute, TTL: ttlAttribute},
}

// Tables are the names of the tables of a deployment.
type Tables struct {
	Bindings  string
	Sessions  string
	Users     string
	Ephemeral string
}
