package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Attributes of a user with a phone number. Others have none of them, and who was added without an index key has no index.
const (
	phoneAttribute      = "phone"
	phoneIndexAttribute = "phoneIndex"
	verifiedAtAttribute = "phoneVerifiedAt"
	phoneRemoval        = "REMOVE " + phoneAttribute + ", " + phoneIndexAttribute + ", " + verifiedAtAttribute
)

// phoneItem has a phone number's attributes.
func phoneItem(p login.Phone) item {
	it := item{}
	if p.Number != "" || p.Index != "" {
		it[phoneAttribute], it[verifiedAtAttribute] = text(p.Number), millis(p.VerifiedAt)
	}
	if p.Index != "" {
		it[phoneIndexAttribute] = text(p.Index)
	}
	return it
}

func (r *reader) phone() login.Phone {
	index, found := r.added(phoneIndexAttribute)
	number, stored := r.added(phoneAttribute)
	if !found && !stored {
		return login.Phone{}
	}
	if !stored {
		r.broken = append(r.broken, phoneAttribute)
	}
	return login.Phone{Number: number, Index: index, VerifiedAt: r.time(verifiedAtAttribute)}
}

// havingPhone is the condition that a user has the phone number with this index, "" for none.
func havingPhone(index string, values item) string {
	if index == "" {
		return "attribute_not_exists(" + phoneIndexAttribute + ")"
	}
	values[":phoneIndex"] = text(index)
	return phoneIndexAttribute + " = :phoneIndex"
}

// verifyPhone makes an update of a user demand this phone number, if it is not zero, and note when it was verified.
func verifyPhone(update *types.Update, p login.Phone) {
	if p.Index == "" {
		return
	}
	values := update.ExpressionAttributeValues
	update.ConditionExpression = aws.String(*update.ConditionExpression + " AND " + havingPhone(p.Index, values))
	update.UpdateExpression = aws.String(*update.UpdateExpression + ", " + verifiedAtAttribute + " = :verified")
	values[":verified"] = millis(p.VerifiedAt)
}

// takePhone takes a phone number away from the user who has it. What leads from the number to them is another write's.
func (s *Store) takePhone(userID, index string) types.TransactWriteItem {
	values := item{}
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 &s.tables.Users,
		Key:                       userKey(userID),
		UpdateExpression:          aws.String(phoneRemoval),
		ConditionExpression:       aws.String(havingPhone(index, values)),
		ExpressionAttributeValues: values,
	}}
}

// SetPhone implements login.Admissions. It reads the user, and then writes if nothing has come between.
func (s *Store) SetPhone(ctx context.Context, userID string, p login.Phone, from string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	it, err := s.get(ctx, "SetPhone", s.tables.Users, userKey(userID))
	if err != nil {
		return err
	}
	if from == userID {
		from = ""
	}
	for yields := from; ; {
		if it == nil {
			return login.ErrUserNotFound
		}
		user, err := userOf(it)
		switch {
		case err != nil:
			return err
		case p == (login.Phone{}) && user.Phone == (login.Phone{}):
			return nil
		}
		err = s.transact(ctx, "SetPhone", s.phoneChange(user, p, yields)...)
		no, ok := errors.AsType[*refused](err)
		switch {
		case !ok:
			return err
		case no.items[0].broken:
			it = no.items[0].stored
			continue
		}
		yields = "" // whoever was to yield has the number no more
		if claim := no.items[1]; claim.broken && claim.stored != nil {
			owner, err := ownerOf(claim.stored)
			switch {
			case err != nil:
				return err
			case owner.UserID != from:
				return login.ErrPhoneTaken
			}
			yields = from
		}
	}
}

// phoneChange updates a user's phone number. If it is another one than before, it also writes what leads to the user,
// and then takes the number from the user who yields, "" for none, and removes what led to the user before.
func (s *Store) phoneChange(user login.User, p login.Phone, yields string) []types.TransactWriteItem {
	old, change, values := user.Phone.Index, phoneRemoval, item{}
	if p != (login.Phone{}) {
		change = "SET " + phoneAttribute + " = :number, " + verifiedAtAttribute + " = :verified"
		values[":number"], values[":verified"] = text(p.Number), millis(p.VerifiedAt)
		if p.Index != "" {
			change += ", " + phoneIndexAttribute + " = :index"
			values[":index"] = text(p.Index)
		} else {
			change += " REMOVE " + phoneIndexAttribute
		}
	}
	condition := "attribute_exists(pk) AND " + havingPhone(old, values)
	writes := []types.TransactWriteItem{{Update: &types.Update{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(user.ID),
		UpdateExpression:                    &change,
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}}
	if len(values) == 0 {
		writes[0].Update.ExpressionAttributeValues = nil // DynamoDB refuses an empty one
	}
	if p.Index == old {
		return writes
	}
	if p.Index != "" {
		writes = append(writes, s.claimPhone(p.Index, user, yields)...)
	}
	if old != "" {
		// It leads to this user, as long as the user has the number.
		writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Users, Key: phoneKey(old)}})
	}
	return writes
}

// claimPhone makes a phone number lead to a user: one that nobody has, or the one that the user who yields has, and then
// loses.
func (s *Store) claimPhone(index string, user login.User, yields string) []types.TransactWriteItem {
	to := login.Owner{UserID: user.ID, Epoch: user.Epoch}
	if yields == "" {
		return []types.TransactWriteItem{s.putOwner(phoneKey(index), to, ifNobodys, "")}
	}
	return []types.TransactWriteItem{s.putOwner(phoneKey(index), to, ifTheirs, yields), s.takePhone(yields, index)}
}
