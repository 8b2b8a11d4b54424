package dynamostore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// kindsKey is the key of the single item that holds all kinds of hashes, as a string set.
var kindsKey = item{keyAttribute: text("hashkinds")}

const kindsAttribute = "kinds"

// HashKinds implements login.HashKinds.
func (s *Store) HashKinds(ctx context.Context) ([]string, error) {
	it, err := s.get(ctx, "HashKinds", s.tables.Users, kindsKey)
	if err != nil || it == nil {
		return nil, err
	}
	r := &reader{noun: "Users", item: it}
	return r.set(kindsAttribute), r.err()
}

// AddHashKind implements login.HashKinds. The first kind creates the item.
func (s *Store) AddHashKind(ctx context.Context, kind string, most int) error {
	_, err := s.update(ctx, "AddHashKind", s.tables.Users, kindsKey, expression{
		change:    "ADD " + kindsAttribute + " :kind",
		condition: "contains(" + kindsAttribute + ", :one) OR attribute_not_exists(" + kindsAttribute + ") OR size(" + kindsAttribute + ") < :most",
		values:    item{":kind": set([]string{kind}), ":one": text(kind), ":most": number(int64(most))},
	})
	if _, ok := errors.AsType[*refused](err); ok {
		return login.ErrHashKindsFull
	}
	return err
}
