package iamtest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// statement is one of PartiQL in a batch.
type statement struct {
	Statement  string
	Parameters []struct{ S string }
}

// The statements that are understood: all values are parameters, and a condition is a conjunction of comparisons.
var (
	insertion = regexp.MustCompile(`^INSERT INTO "([^"]+)" VALUE \{('\w+':\?(?:,'\w+':\?)*)\}$`)
	update    = regexp.MustCompile(`^UPDATE "([^"]+)" ((?:SET \w+=\? )+WHERE \w+(?:=|<=)\?(?: AND \w+(?:=|<=)\?)*)$`)
	deletion  = regexp.MustCompile(`^DELETE FROM "([^"]+)" (WHERE \w+(?:=|<=)\?(?: AND \w+(?:=|<=)\?)*)$`)
)

// access returns the access that a statement needs. A statement that writes needs no other, whatever its condition reads:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
func (s statement) access(tables map[string]Table) ([]Access, error) {
	for action, form := range map[string]*regexp.Regexp{"PartiQLInsert": insertion, "PartiQLUpdate": update, "PartiQLDelete": deletion} {
		if found := form.FindStringSubmatch(s.Statement); found != nil {
			return accessesTo(action, tables[found[1]], func(t Table) ([]string, error) { return s.key(found[2], t.PartitionKey) })
		}
	}
	return nil, fmt.Errorf("the statement %s is not understood", s.Statement)
}

// key returns the value of the partition key in the values or the condition of a statement.
func (s statement) key(text, partitionKey string) ([]string, error) {
	before, condition, ok := strings.Cut(text, "WHERE ")
	if !ok {
		before, condition = "", text
	}
	at := strings.Count(before, "?")
	for _, part := range regexp.MustCompile(` AND |,`).Split(condition, -1) {
		if part == partitionKey+"=?" || part == "'"+partitionKey+"':?" {
			if at >= len(s.Parameters) || s.Parameters[at].S == "" {
				return nil, fmt.Errorf("no text %q", partitionKey)
			}
			return []string{s.Parameters[at].S}, nil
		}
		at++
	}
	return nil, errors.New("a statement without the partition key")
}
