package dynamostore

import (
	"cmp"
	"context"
	"errors"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// unionTries is how often NoteUnion looks whose a unionid is that is another's at the next moment.
const unionTries = 5

var errUnionMoves = errors.New("dynamostore: NoteUnion: the user of the unionid kept changing")

// NoteUnion implements login.Admissions. It makes one transaction. If the unionid leads to another user, it reads that one and
// makes another transaction.
func (s *Store) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	binding, noted, found := s.unionNotes(b, index)
	owner := login.Owner{UserID: b.UserID, Epoch: b.Epoch, KnownIn: b.AppID}
	for range unionTries {
		decided, refused, err := s.noteUnion(ctx, binding, found, s.putOwner(unionKey(index), owner, ifEither, b.UserID))
		if decided {
			return err
		}
		former, err := ownerOf(refused.stored)
		if err != nil {
			return err
		}
		take := s.putOwner(unionKey(index), owner, ifTheirs, former.UserID)
		u, err := s.UserByID(ctx, former.UserID)
		switch {
		case errors.Is(err, login.ErrUserNotFound): // by accident
			decided, _, err = s.noteUnion(ctx, binding, found, take)
		case err != nil:
			return err
		case u.KnownIn(index) == "": // they had it in a binding that is gone
			decided, _, err = s.noteUnion(ctx, binding, found, s.losesUnion(u, index), take)
		default:
			decided, _, err = s.noteUnion(ctx, binding, noted, s.keepsUnion(u, index))
			err = cmp.Or(err, login.ErrUnionTaken)
		}
		if decided {
			return err
		}
	}
	return login.Unavailable(errUnionMoves)
}

// noteUnion makes a transaction that begins with what the binding and its user note. It is undecided if only the condition of what
// follows does not hold; then the result has the first of it.
//
// Errors: login.ErrBindingNotFound.
func (s *Store) noteUnion(ctx context.Context, writes ...types.TransactWriteItem) (decided bool, first refusal, err error) {
	err = s.transact(ctx, "NoteUnion", writes...)
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return true, refusal{}, err
	case no.items[0].broken, no.items[1].broken: // what no user notes is no binding, but by accident
		return true, refusal{}, login.ErrBindingNotFound
	}
	return false, no.items[2], nil
}

// unionNotes are what the binding notes, what its user notes of it, and the latter for a user who is found by the unionid from
// then on.
func (s *Store) unionNotes(b login.Binding, index string) (binding, noted, found types.TransactWriteItem) {
	binding.Update = &types.Update{
		TableName:                 &s.tables.Bindings,
		Key:                       bindingKey(b.AppID, b.OpenID),
		UpdateExpression:          aws.String("SET #union = :union"),
		ConditionExpression:       aws.String("bindingId = :id AND userId = :user"),
		ExpressionAttributeNames:  map[string]string{"#union": unionAttribute},
		ExpressionAttributeValues: item{":union": packedIndex(index), ":id": text(b.ID), ":user": text(b.UserID)},
	}
	noted.Update = &types.Update{
		TableName:                 &s.tables.Users,
		Key:                       userKey(b.UserID),
		UpdateExpression:          aws.String("SET apps.#app.#union = :union"),
		ConditionExpression:       aws.String("apps.#app.bindingId = :id"),
		ExpressionAttributeNames:  map[string]string{"#app": b.AppID, "#union": unionAttribute},
		ExpressionAttributeValues: item{":union": packedIndex(index), ":id": text(b.ID)},
	}
	u := *noted.Update
	u.UpdateExpression = aws.String(*u.UpdateExpression + " ADD " + unionsAttribute + " :unions")
	u.ExpressionAttributeValues = item{":unions": set([]string{index})}
	maps.Copy(u.ExpressionAttributeValues, noted.Update.ExpressionAttributeValues)
	found.Update = &u
	return binding, noted, found
}

// keepsUnion is the condition that nothing has changed about a user who is found by a unionid, as an update, which functions may do.
func (s *Store) keepsUnion(u login.User, index string) types.TransactWriteItem {
	return s.changesUnion("ADD", u, index)
}

// losesUnion makes a user no longer note a unionid, if nothing has changed. What leads from it to them is another write's.
func (s *Store) losesUnion(u login.User, index string) types.TransactWriteItem {
	return s.changesUnion("DELETE", u, index)
}

func (s *Store) changesUnion(verb string, u login.User, index string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 &s.tables.Users,
		Key:                       userKey(u.ID),
		UpdateExpression:          aws.String(verb + " " + unionsAttribute + " :unions"),
		ConditionExpression:       aws.String("apps = :apps AND contains(" + unionsAttribute + ", :union)"),
		ExpressionAttributeValues: item{":apps": notesOf(u.Apps), ":union": text(index), ":unions": set([]string{index})},
	}}
}
