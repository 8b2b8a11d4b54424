package dynamostore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// bindingsAtOnce is how many bindings are read and written together: as many as one batch reads, and three transactions take if
	// each has a unionid.
	bindingsAtOnce = 99
	// maxTransaction is how many items DynamoDB allows in a transaction.
	maxTransaction = 100
)

// UserIDsByName implements login.BindingRegistry.
func (s *Store) UserIDsByName(ctx context.Context, usernames []string) (map[string]string, error) {
	usernames = unique(usernames)
	pages := make([][]item, (len(usernames)+maxBatch-1)/maxBatch)
	err := inBulk(len(usernames), maxBatch, func(from, to int) error {
		keys := make([]item, 0, to-from)
		for _, name := range usernames[from:to] {
			keys = append(keys, nameKey(name))
		}
		found, err := s.batch(ctx, "UserIDsByName", map[string][]item{s.tables.Users: keys})
		pages[from/maxBatch] = found[s.tables.Users]
		return err
	})
	if err != nil {
		return nil, err
	}
	ids := make(map[string]string, len(usernames))
	for _, it := range slices.Concat(pages...) {
		r := &reader{noun: "Users", item: it}
		ids[strings.TrimPrefix(r.text(keyAttribute), namePrefix)] = r.text(userIDAttribute)
		if err := r.err(); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// AddBindings implements login.BindingRegistry. It reads the users of some bindings, stores these in transactions of many, and does so
// for several such parts concurrently: one part is read while another is written.
func (s *Store) AddBindings(ctx context.Context, bindings []login.Binding) ([]login.Taken, error) {
	all := make([]login.Taken, len(bindings))
	for _, apart := range rounds(bindings, all) {
		err := inBulk(len(apart), bindingsAtOnce, func(from, to int) error { return s.addBindings(ctx, apart[from:to]) })
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// addBindings stores bindings of different users. It reads these first, for their epochs, and since what is there already would refuse
// a whole transaction.
func (s *Store) addBindings(ctx context.Context, bindings []newBinding) error {
	users, err := s.usersOf(ctx, bindings)
	if err != nil {
		return err
	}
	var left []newBinding
	for _, b := range bindings {
		u, known := users[b.UserID]
		note, bound := u.Apps[b.AppID]
		switch {
		case !known:
			*b.taken = login.Taken{Cause: login.ErrUserNotFound}
		case bound && note.OpenID == b.OpenID:
			*b.taken = login.Taken{Cause: login.ErrAlreadyBound, By: b.UserID}
		default:
			b.Epoch, b.Sessions = u.Epoch, nil
			left = append(left, b)
		}
	}
	for len(left) > 0 {
		n := fitting(left)
		if err := s.bindTogether(ctx, left[:n]); err != nil {
			return err
		}
		left = left[n:]
	}
	return nil
}

// fitting is how many of the first bindings one transaction can store: each is an item, and so are its note and its unionid.
func fitting(bindings []newBinding) (n int) {
	items := 0
	for _, b := range bindings {
		if items += 2; b.Union != "" {
			items++
		}
		if items > maxTransaction {
			break
		}
		n++
	}
	return n
}

// newBinding is a binding to be stored, and where to say why it was not.
type newBinding struct {
	login.Binding
	taken *login.Taken
}

// usersOf reads the users of bindings, by their ids.
func (s *Store) usersOf(ctx context.Context, bindings []newBinding) (map[string]login.User, error) {
	keys := make([]item, len(bindings))
	for i, b := range bindings {
		keys[i] = userKey(b.UserID)
	}
	found, err := s.batch(ctx, "AddBindings", map[string][]item{s.tables.Users: keys})
	if err != nil {
		return nil, err
	}
	items := found[s.tables.Users]
	users := make(map[string]login.User, len(items))
	for _, it := range items {
		u, err := userOf(it)
		if err != nil {
			return nil, err
		}
		users[u.ID] = u
	}
	return users, nil
}

// rounds parts bindings so that no two of one round write the same item, which DynamoDB refuses in one transaction and which
// would stand in its own way in two. What comes first in the list comes in an earlier round. Each says in taken why it was not stored.
func rounds(bindings []login.Binding, taken []login.Taken) [][]newBinding {
	var all [][]newBinding
	next := map[string]int{} // the first round that does not write an item yet
	for i, b := range bindings {
		items := []string{"user#" + b.UserID, "identity#" + b.AppID + "#" + b.OpenID}
		if b.Union != "" {
			items = append(items, "union#"+b.Union)
		}
		round := 0
		for _, it := range items {
			round = max(round, next[it])
		}
		for _, it := range items {
			next[it] = round + 1
		}
		if round == len(all) {
			all = append(all, nil)
		}
		all[round] = append(all[round], newBinding{b, &taken[i]})
	}
	return all
}

// bindTogether stores bindings in one transaction. If something is in the way of some, DynamoDB refuses the whole transaction
// and says what. bindTogether then stores the remaining ones without those.
func (s *Store) bindTogether(ctx context.Context, bindings []newBinding) error {
	for {
		var writes []types.TransactWriteItem
		at := map[int]int{} // where the writes of a binding begin
		for i, b := range bindings {
			if b.taken.Cause == nil {
				at[i] = len(writes)
				writes = append(writes, s.addBinding(b.Binding)...)
			}
		}
		if len(at) == 0 {
			return nil
		}
		err := s.transactPatiently(ctx, "AddBindings", writes)
		no, ok := errors.AsType[*refused](err)
		if !ok {
			return err
		}
		for i, first := range at {
			if *bindings[i].taken, err = refusedBinding(bindings[i].Binding, no.items[first:]); err != nil {
				return err
			}
		}
	}
}

// addBinding stores a binding, notes it in its user, and makes the user be found by the unionid if there is one. See
// refusedBinding.
func (s *Store) addBinding(b login.Binding) []types.TransactWriteItem {
	note := &types.Update{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(b.UserID),
		UpdateExpression:                    aws.String("SET apps.#app = :note"),
		ConditionExpression:                 aws.String("attribute_exists(pk) AND " + noBinding),
		ExpressionAttributeNames:            map[string]string{"#app": b.AppID},
		ExpressionAttributeValues:           item{":note": noteOf(b.Note())},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	writes := []types.TransactWriteItem{s.putBinding(b), {Update: note}}
	if b.Union != "" {
		note.UpdateExpression = aws.String(*note.UpdateExpression + " ADD " + unionsAttribute + " :unions")
		note.ExpressionAttributeValues[":unions"] = set([]string{b.Union})
		writes = append(writes, s.putOwner(unionKey(b.Union), login.Owner{UserID: b.UserID, Epoch: b.Epoch, KnownIn: b.AppID}, ifEither, b.UserID))
	}
	return writes
}

// refusedBinding says what the writes of addBinding found in their way. refused begins with them.
func refusedBinding(b login.Binding, refused []refusal) (login.Taken, error) {
	switch identity, user := refused[0], refused[1]; {
	case identity.broken:
		standing, err := bindingOf(identity.stored)
		taken := login.Taken{Cause: login.IdentityBound, By: standing.UserID}
		if standing.UserID == b.UserID {
			taken.Cause = login.ErrAlreadyBound
		}
		return taken, err
	case user.broken && user.stored == nil:
		return login.Taken{Cause: login.ErrUserNotFound}, nil
	case user.broken:
		return login.Taken{Cause: login.UserBound, By: b.UserID}, nil
	case b.Union != "" && refused[2].broken:
		owner, err := ownerOf(refused[2].stored)
		return login.Taken{Cause: login.ErrUnionTaken, By: owner.UserID}, err
	}
	return login.Taken{}, nil
}
