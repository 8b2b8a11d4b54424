package iamtest

import (
	"cmp"
	"slices"
	"strings"
)

// Access is an action on a resource, both named as in IAM: the action like "dynamodb:GetItem", the resource by its ARN.
// As a grant it may contain wildcards.
type Access struct {
	Action, Resource string
	// Key is the partition key of the item that a request names, or the pattern of those that a grant allows. It is ""
	// in a request that names none, and in a grant that allows all.
	Key string
}

func (a Access) String() string {
	text := a.Action + " on " + a.Resource
	if a.Key != "" {
		text += " of " + a.Key
	}
	return text
}

// Covers reports whether a grant allows an access.
func (a Access) Covers(other Access) bool {
	return matches(OneOrMore{a.Action}, other.Action, "(?i)") && matches(OneOrMore{a.Resource}, other.Resource, "") &&
		(a.Key == "" || matches(OneOrMore{a.Key}, other.Key, ""))
}

// Table is a table of the template.
type Table struct {
	// ID is its logical id, and PartitionKey the attribute that is its partition key.
	ID, PartitionKey string
}

// A resource of the template is named by its logical id, in the account and region of the tests.
const (
	tableARN  = "arn:aws:dynamodb:us-east-1:000000000000:table/"
	secretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"
	groupARN  = "arn:aws:logs:us-east-1:000000000000:log-group:"
)

// TableARN is the ARN of the template's table with a logical id.
func TableARN(id string) string { return tableARN + id }

// StreamARN is the ARN of the stream of the template's table with a logical id.
func StreamARN(id string) string { return tableARN + id + "/stream/1" }

// SecretARN is the ARN of the template's secret with a logical id.
func SecretARN(id string) string { return secretARN + id }

// ParameterValue stands for the value of a parameter of the template.
func ParameterValue(name string) string { return "parameter:" + name }

// LogGroupARN is the ARN of the template's log group with this logical id. It ends in ":*", which stands for its
// streams:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
func LogGroupARN(id string) string { return groupARN + id + ":*" }

// sorted returns a set in the order of resources, actions and keys.
func sorted(all []Access) []Access {
	slices.SortFunc(all, func(a, b Access) int {
		return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(a.Action, b.Action), strings.Compare(a.Key, b.Key))
	})
	return slices.Compact(all)
}
