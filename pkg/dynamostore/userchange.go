package dynamostore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// userChange is what an update of a user sets. Its conditions apply in addition to the one that the user exists.
type userChange struct {
	set    []string
	when   []string
	values item
}

func disabled(yes bool) userChange {
	return userChange{set: []string{"disabled = :disabled"}, values: item{":disabled": flag(yes)}}
}

// raising returns c with NotBefore moved up to t, on condition that NotBefore does not move back.
func (c userChange) raising(t time.Time) userChange {
	values := item{":notBefore": millis(t)}
	maps.Copy(values, c.values)
	return userChange{
		set:    append(slices.Clone(c.set), "notBefore = :notBefore"),
		when:   append(slices.Clone(c.when), "notBefore <= :notBefore"),
		values: values,
	}
}

// changeUser changes a user. If a condition of c does not hold, it changes nothing and returns the user as stored.
//
// Errors: login.ErrUserNotFound.
func (s *Store) changeUser(ctx context.Context, name, id string, c userChange) (item, error) {
	_, err := s.update(ctx, name, s.tables.Users, userKey(id), expression{
		change:    "SET " + strings.Join(c.set, ", "),
		condition: strings.Join(append([]string{"attribute_exists(pk)"}, c.when...), " AND "),
		values:    c.values,
	})
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return nil, err
	case no.items[0].stored == nil:
		return nil, login.ErrUserNotFound
	}
	return no.items[0].stored, nil
}

// changeAndRaise is changeUser that also moves NotBefore up. DynamoDB cannot store the later of two times in one write.
// If the stored NotBefore is already later, a second write leaves it alone. NotBefore never moves back, so this order
// is safe.
//
// Errors: login.ErrUserNotFound.
func (s *Store) changeAndRaise(ctx context.Context, name, id string, notBefore time.Time, c userChange) (item, error) {
	stored, err := s.changeUser(ctx, name, id, c.raising(notBefore))
	if err != nil || stored == nil {
		return nil, err
	}
	r := &reader{noun: "Users", item: stored}
	switch later := r.time("notBefore").After(notBefore); {
	case r.err() != nil:
		return nil, r.err()
	case !later:
		return stored, nil
	case len(c.set) == 0:
		return nil, nil
	}
	return s.changeUser(ctx, name, id, c)
}
